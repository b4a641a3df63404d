package io.channelindex.feed;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which a feed decides what to do; changes do not pass through it. What is given
 * to it after {@link #close} is dropped.
 */
final class FeedThread implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FeedThread.class);

  private final ScheduledThreadPoolExecutor executor;

  FeedThread(String name) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(guarded(task));
  }

  /** Runs a task later, unless the answer is cancelled before. */
  Future<?> schedule(Duration delay, Runnable task) {
    return executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Runs a task again and again; the delay is from end to start. */
  Future<?> repeat(Duration delay, Runnable task) {
    return executor.scheduleWithFixedDelay(
        guarded(task), delay.toNanos(), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The executor would keep an exception to itself. */
  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("A task of the feed failed", e);
      }
    };
  }

  /** Forgets what has not begun. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
