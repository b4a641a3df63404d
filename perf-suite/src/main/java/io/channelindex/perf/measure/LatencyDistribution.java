package io.channelindex.perf.measure;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** How latencies are distributed. Immutable. */
public final class LatencyDistribution {
  private static final int TICKS_PER_HALF_DISTANCE = 5;
  private static final double NANOS_PER_MILLISECOND = 1e6;

  private final Histogram histogram;

  LatencyDistribution(Histogram histogram) {
    this.histogram = histogram.copy();
  }

  /**
   * One point of the percentile plot.
   *
   * @param share the share of operations at or below, 0 up to but not including 1
   * @param milliseconds their longest latency
   */
  public record Point(double share, double milliseconds) {}

  /** How many latencies there are. */
  public long count() {
    return histogram.getTotalCount();
  }

  /** The latency that a percentage of operations does not exceed, in nanoseconds. */
  public long percentile(double percent) {
    return histogram.getValueAtPercentile(percent);
  }

  /** The longest latency, in nanoseconds. */
  public long max() {
    return histogram.getMaxValue();
  }

  /** The figures of the report: p50, p95, p99, p99.9, max and mean. */
  public Map<String, Metric> metrics() {
    Map<String, Metric> metrics = new TreeMap<>();
    metrics.put("p50", Metric.milliseconds(percentile(50)));
    metrics.put("p95", Metric.milliseconds(percentile(95)));
    metrics.put("p99", Metric.milliseconds(percentile(99)));
    metrics.put("p99.9", Metric.milliseconds(percentile(99.9)));
    metrics.put("max", Metric.milliseconds(max()));
    metrics.put("mean", new Metric(histogram.getMean() / NANOS_PER_MILLISECOND, Unit.MILLISECONDS));
    return metrics;
  }

  /**
   * The points of a percentile plot, denser towards the tail; the longest latency is the last one.
   */
  public List<Point> points() {
    List<Point> points = new ArrayList<>();
    for (HistogramIterationValue step : histogram.percentiles(TICKS_PER_HALF_DISTANCE)) {
      double share = step.getPercentileLevelIteratedTo() / 100;
      double shown = Math.min(share, 1 - 1.0 / (count() + 1));
      points.add(new Point(shown, step.getValueIteratedTo() / NANOS_PER_MILLISECOND));
    }
    return points;
  }

  /** Writes the percentile distribution as HdrHistogram's plotters read it, in milliseconds. */
  public void writeTo(PrintStream out) {
    histogram.outputPercentileDistribution(out, TICKS_PER_HALF_DISTANCE, NANOS_PER_MILLISECOND);
  }
}
