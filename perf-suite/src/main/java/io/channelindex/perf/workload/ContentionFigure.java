package io.channelindex.perf.workload;

import io.channelindex.perf.measure.Unit;
import java.util.Locale;

/** What is measured of a way to keep a clock. */
enum ContentionFigure {
  UPDATES_PER_SECOND(Unit.UPDATES_PER_SECOND),
  /** Writes beyond the first. */
  CAS_RETRIES_PER_UPDATE(Unit.RETRIES_PER_UPDATE),
  /** Reads and writes, whatever became of them. */
  OPERATIONS_PER_UPDATE(Unit.OPERATIONS_PER_UPDATE),
  /** What writers send, also with what was refused. */
  BYTES_SENT_PER_UPDATE(Unit.BYTES_PER_UPDATE),
  /** What the bucket's disk and change streams carry: the whole document, whatever was sent. */
  BYTES_WRITTEN_PER_UPDATE(Unit.BYTES_PER_UPDATE),
  /** From the first operation to the last, also where there are several. */
  UPDATE_P50(Unit.MILLISECONDS),
  UPDATE_P99(Unit.MILLISECONDS);

  private final Unit unit;

  ContentionFigure(Unit unit) {
    this.unit = unit;
  }

  /** The name in results. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  Unit unit() {
    return unit;
  }
}
