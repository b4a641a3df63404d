package io.channelindex.perf.measure;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Collects latencies from any number of threads without locking them against each other.
 *
 * <p>A latency counts from the time an operation was <em>due</em>: an operation that could not even
 * start because an earlier one held things up has waited nevertheless. Longer than an hour is
 * recorded as an hour.
 */
public final class LatencyRecorder {
  private static final long LONGEST = TimeUnit.HOURS.toNanos(1);
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Recorder recorder = new Recorder(LONGEST, SIGNIFICANT_DIGITS);

  /**
   * Records one latency.
   *
   * @param due when the operation was due
   * @param done when it was done, on the same clock; not before {@code due}
   */
  public void record(long due, long done) {
    recorder.recordValue(Math.min(done - due, LONGEST));
  }

  /** What has been recorded since the last call of this method, or since the beginning. */
  public LatencyDistribution take() {
    Histogram histogram = recorder.getIntervalHistogram();
    return new LatencyDistribution(histogram);
  }
}
