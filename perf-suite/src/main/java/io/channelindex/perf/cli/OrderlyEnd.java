package io.channelindex.perf.cli;

import io.channelindex.perf.report.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a run on somebody else's cluster remove what it wrote when the process is told to end: the
 * run is interrupted, and the end waits for it, but not for long.
 */
final class OrderlyEnd {
  private static final Duration GRACE = Duration.ofSeconds(15);

  private OrderlyEnd() {}

  static Report run(SuiteRun run, Instant now) throws InterruptedException {
    Thread runner = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> interrupt(runner, ended), "perf-orderly-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return run.run(now);
    } finally {
      ended.countDown();
      if (!Thread.currentThread().isInterrupted() && !hook.isAlive()) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  private static void interrupt(Thread runner, CountDownLatch ended) {
    runner.interrupt();
    try {
      if (!ended.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("perf-suite: documents may be left, see the run's id: grace=" + GRACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
