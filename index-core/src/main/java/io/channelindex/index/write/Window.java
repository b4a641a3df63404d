package io.channelindex.index.write;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does something for each of many, a limited number at a time. After a failure nothing more is
 * begun, and the failure is told when nothing is under way any more.
 *
 * <p>Confined to the partition's serial executor, on which what is begun has to complete.
 */
final class Window<T> {
  private final Iterator<T> rest;
  private final int limit;
  private final Function<T, CompletableFuture<Void>> task;
  private final CompletableFuture<Void> result = new CompletableFuture<>();
  private int underWay;
  private boolean starting;
  private @Nullable Throwable failure;

  private Window(Iterator<T> rest, int limit, Function<T, CompletableFuture<Void>> task) {
    this.rest = rest;
    this.limit = limit;
    this.task = task;
  }

  static <T> CompletableFuture<Void> each(
      Iterable<T> all, int limit, Function<T, CompletableFuture<Void>> task) {
    Window<T> window = new Window<>(all.iterator(), limit, task);
    window.start();
    return window.result;
  }

  private void start() {
    if (starting) {
      return;
    }
    // What completes at once comes back here: the loop goes on instead of the stack growing.
    starting = true;
    while (failure == null && underWay < limit && rest.hasNext()) {
      underWay++;
      var unused = begin(rest.next()).whenComplete(this::ended);
    }
    starting = false;
    if (underWay == 0) {
      if (failure == null) {
        result.complete(null);
      } else {
        result.completeExceptionally(failure);
      }
    }
  }

  private CompletableFuture<Void> begin(T one) {
    try {
      return task.apply(one);
    } catch (RuntimeException | Error thrown) {
      // An error too ends the window: else it would be under way for ever.
      return CompletableFuture.failedFuture(thrown);
    }
  }

  private void ended(@Nullable Void nothing, @Nullable Throwable thrown) {
    underWay--;
    if (thrown != null && failure == null) {
      failure = Retries.cause(thrown);
    }
    start();
  }
}
