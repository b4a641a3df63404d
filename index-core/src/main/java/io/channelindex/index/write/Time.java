package io.channelindex.index.write;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The passing of time, so that tests can make it pass. */
interface Time {
  /** The JVM's; what is due runs on the executor given. */
  static Time system(Executor executor) {
    return new Time() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void after(Duration delay, Runnable task) {
        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, executor)
            .execute(task);
      }
    };
  }

  /** A number of nanoseconds that means something only in comparison with another. */
  long nanos();

  /** Runs a task once, not before the delay is over. */
  void after(Duration delay, Runnable task);
}
