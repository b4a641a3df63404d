package io.channelindex.server.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts requests, and tells when the last one has ended after no more are taken.
 *
 * <p>Thread-safe.
 */
final class RequestsUnderWay {
  private final AtomicLong count = new AtomicLong();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean closing;

  void begin() {
    count.incrementAndGet();
  }

  void end() {
    if (count.decrementAndGet() == 0 && closing) {
      drained.complete(null);
    }
  }

  /**
   * Refuses once closing has begun.
   *
   * @throws HttpProblem 503
   */
  void requireOpen() {
    if (closing) {
      throw HttpProblem.unavailable("the server is shutting down");
    }
  }

  boolean isClosing() {
    return closing;
  }

  /** Takes no more; completes when none is left. */
  CompletionStage<Void> close() {
    closing = true;
    if (count.get() == 0) {
      drained.complete(null);
    }
    return drained;
  }
}
