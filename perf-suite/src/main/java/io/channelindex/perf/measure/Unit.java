package io.channelindex.perf.measure;

import java.util.Arrays;
import java.util.Optional;

/** The units of the report. */
public enum Unit {
  OPERATIONS_PER_SECOND("ops/s", Better.HIGHER),
  MUTATIONS_PER_SECOND("mutations/s", Better.HIGHER),
  ROWS_PER_SECOND("rows/s", Better.HIGHER),
  ENTRIES_PER_SECOND("entries/s", Better.HIGHER),
  REQUESTS_PER_SECOND("requests/s", Better.HIGHER),
  UPDATES_PER_SECOND("updates/s", Better.HIGHER),
  MEGABYTES_PER_SECOND("MB/s", Better.HIGHER),
  MILLISECONDS("ms", Better.LOWER),
  SECONDS("s", Better.LOWER),
  MICROSECONDS("µs", Better.LOWER),
  NANOSECONDS("ns", Better.LOWER),
  MICROSECONDS_PER_SECOND("µs/s", Better.LOWER),
  WRITES_PER_MUTATION("writes/mutation", Better.LOWER),
  OPERATIONS_PER_MUTATION("ops/mutation", Better.LOWER),
  OPERATIONS_PER_REQUEST("ops/request", Better.LOWER),
  OPERATIONS_PER_READ("ops/read", Better.LOWER),
  OPERATIONS_PER_UPDATE("ops/update", Better.LOWER),
  BYTES_PER_UPDATE("bytes/update", Better.LOWER),
  RETRIES_PER_UPDATE("retries/update", Better.LOWER),
  DOCUMENTS_PER_ENTRY("documents/entry", Better.LOWER),
  ENTRIES_PER_ENTRY("entries/entry", Better.LOWER),
  BYTES_PER_MUTATION("bytes/mutation", Better.LOWER),
  BYTES_PER_ENTRY("bytes/entry", Better.LOWER),
  BYTES("bytes", Better.LOWER),
  KIBIBYTES("KiB", Better.LOWER),
  MEBIBYTES("MiB", Better.LOWER),
  COUNT("count", Better.NEITHER),
  PERCENT("%", Better.NEITHER);

  /** Which of two figures is the better one. */
  public enum Better {
    /** The greater. */
    HIGHER,
    /** The lesser. */
    LOWER,
    /** That depends on what is counted. */
    NEITHER
  }

  private final String symbol;
  private final Better better;

  Unit(String symbol, Better better) {
    this.symbol = symbol;
    this.better = better;
  }

  /** The unit that is written like this; empty if there is none. */
  public static Optional<Unit> of(String symbol) {
    return Arrays.stream(values()).filter(unit -> unit.symbol.equals(symbol)).findFirst();
  }

  /** Which of two figures in this unit is the better one. */
  public Better better() {
    return better;
  }

  /** As it is written in the report. */
  public String symbol() {
    return symbol;
  }
}
