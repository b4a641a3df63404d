package io.channelindex.feed;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubles from try to try up to a limit, half of it by
 * chance, so that what failed together does not come back together.
 *
 * <p>For one thread.
 */
final class Backoff {
  private final long minMillis;
  private final long maxMillis;
  private final RandomGenerator random;
  private long ceilingMillis;

  /** Waits between half of {@code min} and {@code max}. */
  Backoff(Duration min, Duration max, RandomGenerator random) {
    this.minMillis = min.toMillis();
    this.maxMillis = max.toMillis();
    this.random = random;
    this.ceilingMillis = minMillis;
  }

  /** The wait before the next try: at least half of what it can be at most. */
  Duration next() {
    long ceiling = ceilingMillis;
    ceilingMillis = ceiling > maxMillis / 2 ? maxMillis : ceiling * 2;
    long half = ceiling / 2;
    return Duration.ofMillis(half + random.nextLong(ceiling - half + 1));
  }

  /** Begins anew, after a success. */
  void reset() {
    ceilingMillis = minMillis;
  }
}
