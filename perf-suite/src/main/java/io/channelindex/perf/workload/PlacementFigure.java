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
  READ_P99(Unit.MILLISECONDS),
  /** How many servers a reader asks for a channel; mean. */
  SERVERS_PER_READ(Unit.COUNT),
  /** How many documents it asks them for; mean. */
  REQUESTS_PER_READ(Unit.OPERATIONS_PER_READ),
  /** From asking for a channel until all of it is there, if all servers answer alike. */
  CHANNEL_P50(Unit.MILLISECONDS),
  /** The same if one of them is slow. */
  CHANNEL_P50_ONE_SLOW(Unit.MILLISECONDS),
  /** How many channels are read without asking the slow one, in percent. */
  SPARED(Unit.PERCENT);

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
