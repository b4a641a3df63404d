package io.channelindex.perf.measure;

import java.time.Duration;

/**
 * How much happened in a measured stretch of time.
 *
 * @param operations how many
 * @param elapsed how long the stretch really was; positive
 * @param timeline the rate over time, warm-up not included
 */
public record Throughput(long operations, Duration elapsed, Timeline timeline) {
  public Throughput {
    if (elapsed.isNegative() || elapsed.isZero()) {
      throw new IllegalArgumentException("nothing was measured: elapsed=" + elapsed);
    }
  }

  /** Operations per second over the whole stretch. */
  public double perSecond() {
    return operations * 1e9 / elapsed.toNanos();
  }
}
