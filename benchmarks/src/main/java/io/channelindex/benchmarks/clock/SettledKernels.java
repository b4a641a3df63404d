package io.channelindex.benchmarks.clock;

import io.channelindex.sequence.kernel.ClockKernels;
import java.time.Duration;

/**
 * Uses clocks until it is decided which kernels this JVM uses, so that no benchmark measures partly
 * the ones and partly the others, or the trial between them.
 */
final class SettledKernels {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(5);
  private static final int CALLS_PER_POLL = 1_000;

  private SettledKernels() {}

  /** Waits for the decision. */
  static void await() throws InterruptedException {
    long start = System.nanoTime();
    while (!ClockKernels.isSettled()) {
      for (int call = 0; call < CALLS_PER_POLL; call++) {
        ClockKernels.active();
      }
      Thread.sleep(POLL.toMillis());
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new IllegalStateException("kernels not settled: " + ClockKernels.describe());
      }
    }
  }
}
