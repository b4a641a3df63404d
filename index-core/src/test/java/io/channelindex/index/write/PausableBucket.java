package io.channelindex.index.write;

import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexBucket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * An index bucket whose writes can be made to wait, all those of one process: it is paused, or cut
 * off, and knows nothing of it. Thread-safe.
 */
final class PausableBucket extends InterceptedBucket {
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean paused;

  PausableBucket(IndexBucket behind) {
    super(behind);
  }

  /** From now on writes wait. */
  synchronized void pause() {
    paused = true;
  }

  /** Lets go what waits, in its order, late as it is. */
  void resume() {
    List<Runnable> late;
    synchronized (this) {
      paused = false;
      late = List.copyOf(waiting);
      waiting.clear();
    }
    late.forEach(Runnable::run);
  }

  @Override
  synchronized <T> CompletionStage<T> intercept(
      Operation kind, String key, Supplier<CompletionStage<T>> operation) {
    if (!paused || !kind.isWrite()) {
      return operation.get();
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    waiting.add(
        () -> {
          var unused =
              operation
                  .get()
                  .whenComplete(
                      (value, failure) -> {
                        if (failure == null) {
                          answer.complete(value);
                        } else {
                          answer.completeExceptionally(Retries.cause(failure));
                        }
                      });
        });
    return answer;
  }
}
