package io.channelindex.perf.indexing;

import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import java.util.Optional;

/**
 * How much of what a reader wanted of channels its cache had (R4).
 *
 * @param hits heads, pages and blocks that it had
 * @param wanted all that were wanted, those among them that were being read for somebody else
 */
public record CacheUse(double hits, double wanted) {
  /** Nothing was wanted yet. */
  public static final CacheUse NONE = new CacheUse(0, 0);

  /** Both, one after the other. */
  public CacheUse plus(CacheUse other) {
    return new CacheUse(hits + other.hits, wanted + other.wanted);
  }

  /** What was used from an earlier moment on. */
  public CacheUse since(CacheUse before) {
    return new CacheUse(hits - before.hits, wanted - before.wanted);
  }

  /** The share of hits; empty if nothing was wanted, as of an index that is in memory anyway. */
  public Optional<Metric> rate() {
    return wanted == 0
        ? Optional.empty()
        : Optional.of(new Metric(100 * hits / wanted, Unit.PERCENT));
  }
}
