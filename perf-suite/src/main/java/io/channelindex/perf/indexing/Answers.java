package io.channelindex.perf.indexing;

import io.channelindex.perf.PerfException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waiting for the library's stages without losing interrupts or reasons. */
final class Answers {
  private Answers() {}

  static <T extends @Nullable Object> T of(CompletionStage<T> stage, Duration patience, String what)
      throws InterruptedException {
    return of(stage, patience, () -> what);
  }

  /**
   * Waits for a stage.
   *
   * @param what what is waited for, for the message
   * @throws PerfException if it fails or takes longer than the patience given
   * @throws InterruptedException if the thread is interrupted
   */
  static <T extends @Nullable Object> T of(
      CompletionStage<T> stage, Duration patience, Supplier<String> what)
      throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new PerfException("index failed: " + what.get() + ": " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new PerfException("index takes too long: " + what.get(), e);
    }
  }
}
