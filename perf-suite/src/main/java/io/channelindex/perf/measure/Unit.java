package io.channelindex.perf.measure;

/** The units of the report. */
public enum Unit {
  OPERATIONS_PER_SECOND("ops/s"),
  MUTATIONS_PER_SECOND("mutations/s"),
  ROWS_PER_SECOND("rows/s"),
  ENTRIES_PER_SECOND("entries/s"),
  REQUESTS_PER_SECOND("requests/s"),
  UPDATES_PER_SECOND("updates/s"),
  MEGABYTES_PER_SECOND("MB/s"),
  MILLISECONDS("ms"),
  SECONDS("s"),
  MICROSECONDS("µs"),
  NANOSECONDS("ns"),
  MICROSECONDS_PER_SECOND("µs/s"),
  WRITES_PER_MUTATION("writes/mutation"),
  OPERATIONS_PER_MUTATION("ops/mutation"),
  OPERATIONS_PER_REQUEST("ops/request"),
  OPERATIONS_PER_READ("ops/read"),
  OPERATIONS_PER_UPDATE("ops/update"),
  BYTES_PER_UPDATE("bytes/update"),
  RETRIES_PER_UPDATE("retries/update"),
  DOCUMENTS_PER_ENTRY("documents/entry"),
  BYTES_PER_MUTATION("bytes/mutation"),
  BYTES_PER_ENTRY("bytes/entry"),
  BYTES("bytes"),
  KIBIBYTES("KiB"),
  MEBIBYTES("MiB"),
  COUNT("count"),
  PERCENT("%");

  private final String symbol;

  Unit(String symbol) {
    this.symbol = symbol;
  }

  /** As it is written in the report. */
  public String symbol() {
    return symbol;
  }
}
