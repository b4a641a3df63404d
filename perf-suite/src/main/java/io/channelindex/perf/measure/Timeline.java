package io.channelindex.perf.measure;

import java.util.List;

/**
 * A rate over time.
 *
 * @param points in order of time
 */
public record Timeline(List<Point> points) {
  public Timeline {
    points = List.copyOf(points);
  }

  /**
   * The rate of one interval.
   *
   * @param seconds the end of the interval, counted from the start of the measurement
   * @param perSecond what happened in the interval, divided by its length
   */
  public record Point(double seconds, double perSecond) {}

  /**
   * The rate that a share of the intervals stays at or below, such as 0.5 for the median; 0 if
   * empty.
   */
  public double rateAt(double share) {
    if (points.isEmpty()) {
      return 0;
    }
    double[] rates = points.stream().mapToDouble(Point::perSecond).sorted().toArray();
    int rank = (int) Math.ceil(share * rates.length) - 1;
    return rates[Math.max(0, Math.min(rank, rates.length - 1))];
  }
}
