package io.channelindex.server.documents;

import com.couchbase.client.core.error.CouchbaseException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks the Couchbase client so that there is one way to fail, the stage's: some requests it refuses
 * by throwing.
 *
 * <p>With an {@link IllegalStateException} it refuses what it has not sent, for the moment: a node
 * has taken another's place, and it knows the one from the cluster's map but has no connections to
 * it yet ({@code KeyValueLocator} of couchbase-jvm-clients, "Node not found for request"; where the
 * number of nodes differs too, it waits by itself). Such a request is repeated.
 *
 * <p>Thread-safe.
 */
final class ClientRequests {
  private static final Duration FIRST_WAIT = Duration.ofMillis(1);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(50);

  private ClientRequests() {}

  /** Nothing was sent: the client did not know where to. */
  static final class NotSentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private NotSentException(Duration patience, Throwable cause) {
      super("the client has no connection for it: waited=" + patience, cause);
    }
  }

  /**
   * Makes a request.
   *
   * @param patience how long to repeat what the client does not send, before {@link
   *     NotSentException}
   */
  static <T> CompletionStage<T> ask(Duration patience, Supplier<CompletableFuture<T>> request) {
    return ask(patience, System.nanoTime() + patience.toNanos(), FIRST_WAIT, request);
  }

  private static <T> CompletionStage<T> ask(
      Duration patience, long end, Duration wait, Supplier<CompletableFuture<T>> request) {
    try {
      return request.get();
    } catch (CouchbaseException refused) {
      return CompletableFuture.failedFuture(refused);
    } catch (IllegalStateException notSent) {
      if (end - System.nanoTime() < wait.toNanos()) {
        return CompletableFuture.failedFuture(new NotSentException(patience, notSent));
      }
      Duration doubled = wait.multipliedBy(2);
      Duration next = doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
      return CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS))
          .thenCompose(waited -> ask(patience, end, next, request));
    }
  }
}
