package io.channelindex.perf.measure;

/**
 * One figure.
 *
 * @param value finite
 * @param unit what it counts
 */
public record Metric(double value, Unit unit) {
  public Metric {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("metric is not finite: value=" + value);
    }
  }

  /** A number of things. */
  public static Metric count(long value) {
    return new Metric(value, Unit.COUNT);
  }

  /** Nanoseconds, as milliseconds. */
  public static Metric milliseconds(long nanos) {
    return new Metric(nanos / 1e6, Unit.MILLISECONDS);
  }
}
