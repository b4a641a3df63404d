package io.channelindex.perf.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Watches a counter that others move: lets the warm-up pass, then measures.
 *
 * <p>Assumes that the counter never goes down. Not for use by several threads.
 */
public final class ThroughputMeter {
  private static final long INTERVAL = Duration.ofMillis(250).toNanos();

  private final TimeSource time;
  private final RateListener listener;

  /**
   * @param time the clock
   * @param listener told of the rate a few times a second, warm-up included
   */
  public ThroughputMeter(TimeSource time, RateListener listener) {
    this.time = time;
    this.listener = listener;
  }

  /** Told how a measurement goes. */
  @FunctionalInterface
  public interface RateListener {
    /**
     * One interval has passed.
     *
     * @param share how much of the whole time has passed, 0 to 1
     * @param perSecond the rate of the interval
     */
    void passed(double share, double perSecond);
  }

  /**
   * Watches for the time given and returns what was counted after the warm-up.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public Throughput measure(LongSupplier counter, Duration warmUp, Duration measure)
      throws InterruptedException {
    long begin = time.nanos();
    long measureFrom = begin + warmUp.toNanos();
    long end = measureFrom + measure.toNanos();
    watch(counter, begin, measureFrom, begin, end, new ArrayList<>());
    long countBefore = counter.getAsLong();
    long started = time.nanos();
    List<Timeline.Point> points = new ArrayList<>();
    watch(counter, started, end, begin, end, points);
    long counted = counter.getAsLong() - countBefore;
    Duration elapsed = Duration.ofNanos(Math.max(1, time.nanos() - started));
    return new Throughput(counted, elapsed, new Timeline(points));
  }

  private void watch(
      LongSupplier counter,
      long from,
      long until,
      long begin,
      long end,
      List<Timeline.Point> points)
      throws InterruptedException {
    long before = from;
    long countBefore = counter.getAsLong();
    while (before < until) {
      time.sleepUntil(Math.min(until, before + INTERVAL));
      long now = time.nanos();
      long count = counter.getAsLong();
      double rate = (count - countBefore) * 1e9 / (now - before);
      points.add(new Timeline.Point((now - from) / 1e9, rate));
      listener.passed((double) (now - begin) / (end - begin), rate);
      before = now;
      countBefore = count;
    }
  }
}
