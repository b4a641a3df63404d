package io.channelindex.server.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.error.InvalidArgumentException;
import io.channelindex.server.documents.ClientRequests.NotSentException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A client that throws, and one that has no connections to a node that is new. */
class ClientRequestsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void whatWasNotSentIsAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    CompletableFuture<String> answer =
        ClientRequests.ask(
                LONG,
                () -> {
                  if (asked.incrementAndGet() < 10) {
                    throw new IllegalStateException("Node not found for request");
                  }
                  return CompletableFuture.completedFuture("done");
                })
            .toCompletableFuture();
    assertThat(answer.join()).isEqualTo("done");
    assertThat(asked).hasValue(10);
  }

  @Test
  void butNotForEver() {
    IllegalStateException unknown = new IllegalStateException("Node not found for request");
    AtomicInteger asked = new AtomicInteger();
    CompletableFuture<String> answer =
        ClientRequests.<String>ask(
                Duration.ofMillis(40),
                () -> {
                  asked.incrementAndGet();
                  throw unknown;
                })
            .toCompletableFuture();
    Throwable failure = answer.handle((done, thrown) -> WriteFailure.cause(thrown)).join();
    assertThat(failure)
        .isInstanceOf(NotSentException.class)
        .hasMessageContaining("PT0.04S")
        .hasCause(unknown);
    assertThat(WriteFailure.of(failure)).isEqualTo(WriteFailure.NOT_DONE);
    assertThat(asked).hasValueGreaterThan(1);
  }

  @Test
  void whatTheClientRefusesIsRefusedAtOnce() {
    InvalidArgumentException refused = new InvalidArgumentException("test", null, null);
    AtomicInteger asked = new AtomicInteger();
    CompletableFuture<String> answer =
        ClientRequests.<String>ask(
                LONG,
                () -> {
                  asked.incrementAndGet();
                  throw refused;
                })
            .toCompletableFuture();
    assertThat(answer).isCompletedExceptionally();
    assertThat(answer.handle((done, thrown) -> WriteFailure.cause(thrown)).join())
        .isSameAs(refused);
    assertThat(asked).hasValue(1);
  }

  @Test
  void aFailedAnswerIsTheAnswer() {
    IllegalStateException later = new IllegalStateException("while it was read");
    AtomicInteger asked = new AtomicInteger();
    CompletableFuture<String> answer =
        ClientRequests.<String>ask(
                LONG,
                () -> {
                  asked.incrementAndGet();
                  return CompletableFuture.failedFuture(later);
                })
            .toCompletableFuture();
    assertThat(answer.handle((done, thrown) -> WriteFailure.cause(thrown)).join()).isSameAs(later);
    assertThat(asked).hasValue(1);
  }
}
