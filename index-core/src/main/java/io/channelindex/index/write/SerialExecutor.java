package io.channelindex.index.write;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks one after another, in the order in which they were given, on a shared executor: what
 * only such tasks touch needs no lock.
 *
 * <p>Thread-safe. After {@link #SHARE} tasks others get their turn.
 */
public final class SerialExecutor implements Executor {
  private static final int SHARE = 256;

  private final Executor executor;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Tasks of their own order on an executor that is shared. */
  public SerialExecutor(Executor executor) {
    this.executor = executor;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (waiting.getAndIncrement() == 0) {
      executor.execute(this::drain);
    }
  }

  private void drain() {
    for (int i = 0; i < SHARE; i++) {
      Runnable task = tasks.remove();
      try {
        task.run();
      } catch (Throwable failure) {
        // One task's failure must not keep the others from running.
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
      }
      if (waiting.decrementAndGet() == 0) {
        return;
      }
    }
    executor.execute(this::drain);
  }
}
