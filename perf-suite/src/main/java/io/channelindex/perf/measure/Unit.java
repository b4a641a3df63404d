package io.channelindex.perf.measure;

/** The units of the report. */
public enum Unit {
  OPERATIONS_PER_SECOND("ops/s"),
  MUTATIONS_PER_SECOND("mutations/s"),
  MEGABYTES_PER_SECOND("MB/s"),
  MILLISECONDS("ms"),
  SECONDS("s"),
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
