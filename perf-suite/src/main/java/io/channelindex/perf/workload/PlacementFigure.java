package io.channelindex.perf.workload;

import io.channelindex.perf.measure.Unit;
import java.util.Locale;

/** What is measured of where the documents of channels lie. */
enum PlacementFigure {
  /** How many vbuckets have to answer for a channel: as many servers at most. */
  VBUCKETS_PER_READ(Unit.COUNT),
  /** What the fullest vbucket has, in percent of what each would have if all had the same. */
  FULLEST_VBUCKET(Unit.PERCENT),
  /** From asking for the heads until the last block is there. */
  READ_P50(Unit.MILLISECONDS),
  READ_P99(Unit.MILLISECONDS);

  private final Unit unit;

  PlacementFigure(Unit unit) {
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
