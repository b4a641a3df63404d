package io.channelindex.perf.cluster;

import io.channelindex.perf.target.TargetException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waiting for a client's answer without losing interrupts or reasons. */
final class Awaiting {
  private Awaiting() {}

  /**
   * Waits for an answer.
   *
   * @param what what is waited for, for the message
   * @throws TargetException if it fails or takes longer than the patience given
   * @throws InterruptedException if the thread is interrupted
   */
  static <T extends @Nullable Object> T answer(
      CompletableFuture<T> future, Duration patience, String what) throws InterruptedException {
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new TargetException(what + " failed: " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new TargetException(what + " takes too long: patience=" + patience, e);
    }
  }
}
