package io.channelindex.perf.measure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One figure.
 *
 * @param value finite
 * @param unit what it counts
 * @param spread between which values it lay where it was measured several times; null if once
 */
public record Metric(double value, Unit unit, @Nullable Spread spread) {
  /**
   * The least and the greatest of several measurements.
   *
   * @param min finite
   * @param max finite, not below {@code min}
   */
  public record Spread(double min, double max) {
    public Spread {
      if (!Double.isFinite(min) || !Double.isFinite(max) || min > max) {
        throw new IllegalArgumentException("not a spread: min=" + min + ", max=" + max);
      }
    }
  }

  public Metric {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("metric is not finite: value=" + value);
    }
    if (spread != null && (value < spread.min() || value > spread.max())) {
      throw new IllegalArgumentException(
          "metric outside of its spread: value=" + value + ", spread=" + spread);
    }
  }

  /** A figure that was measured once. */
  public Metric(double value, Unit unit) {
    this(value, unit, null);
  }

  /** The median of several measurements, at least one, and their spread. */
  public static Metric median(List<Double> measured, Unit unit) {
    double[] sorted = measured.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Metric(median, unit, new Spread(sorted[0], sorted[sorted.length - 1]));
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
