package io.channelindex.server.indexing;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the number of imports that are under way within a limit; the others wait their turn, in
 * order. How many wait is bounded by flow control: a change that waits has not been acknowledged.
 * Thread-safe; does not block.
 */
final class ImportLimit {
  private final int limit;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int running;
  private boolean starting;

  /**
   * A limit that nothing counts against yet.
   *
   * @param limit at least 1
   */
  ImportLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit out of range: limit=" + limit + ", min=1");
    }
    this.limit = limit;
  }

  /** Runs the task when there is room; completes as the task's stage does. */
  <T> CompletionStage<T> run(Supplier<? extends CompletionStage<T>> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    synchronized (waiting) {
      waiting.add(() -> start(task, result));
    }
    startNext();
    return result;
  }

  private <T> void start(Supplier<? extends CompletionStage<T>> task, CompletableFuture<T> result) {
    CompletionStage<T> started;
    try {
      started = task.get();
    } catch (RuntimeException e) {
      started = CompletableFuture.failedFuture(e);
    }
    started.whenComplete(
        (value, failure) -> {
          synchronized (waiting) {
            running--;
          }
          if (failure == null) {
            result.complete(value);
          } else {
            result.completeExceptionally(failure);
          }
          startNext();
        });
  }

  /**
   * Starts what there is room for. One caller does it for all: tasks that complete at once would
   * otherwise start one another on an ever deeper stack.
   */
  private void startNext() {
    synchronized (waiting) {
      if (starting) {
        return;
      }
      starting = true;
    }
    for (Runnable next = next(); next != null; next = next()) {
      next.run();
    }
  }

  private @Nullable Runnable next() {
    synchronized (waiting) {
      starting = running < limit && !waiting.isEmpty();
      if (!starting) {
        return null;
      }
      running++;
      return waiting.remove();
    }
  }
}
