package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.EmbeddedCouchbase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A node that goes away and comes back: failures never look like missing documents. */
class NodeFailureIT {
  private static final Duration TIMEOUT = Duration.ofMillis(700);

  @Test
  void aStoppedNodeIsAFailureAndARestartedOneWorks() {
    EmbeddedCouchbase node = EmbeddedCouchbase.builder().vbuckets(16).bucket("index").start();
    try (IndexClient client = IndexClient.connect(node);
        IndexBucket bucket =
            new CouchbaseIndexBucket(
                client.collection(), CouchbaseBucketSettings.DEFAULT.withTimeout(TIMEOUT))) {
      long cas = IndexBucketContract.await(bucket.insert("here", bytes("x"))).cas();
      int port = node.port();
      int managerPort = node.managerPort();
      List<CompletableFuture<?>> underWay = burst(bucket);

      node.close();

      everythingUnderWayEnds(underWay);
      assertUnavailable(bucket.get("here"));
      assertUnavailable(bucket.get("missing"));
      assertUnavailable(bucket.getAll(List.of("here", "missing")));
      assertUnavailable(bucket.counter("counter"));
      assertUnavailable(bucket.getFields("fields", List.of("a")));
      // Nothing was sent, so nothing is open.
      assertThatThrownBy(() -> IndexBucketContract.await(bucket.replace("here", bytes("y"), cas)))
          .isExactlyInstanceOf(BucketFailedException.class)
          .hasMessageContaining("verdict=NOT_SENT");
      assertThatThrownBy(() -> IndexBucketContract.await(bucket.increment("counter", 1)))
          .isExactlyInstanceOf(BucketFailedException.class);

      try (EmbeddedCouchbase again =
          EmbeddedCouchbase.builder()
              .vbuckets(16)
              .bucket("index")
              .port(port)
              .managerPort(managerPort)
              .start()) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .ignoreExceptionsInstanceOf(IndexStorageException.class)
            .until(() -> IndexBucketContract.await(bucket.increment("counter", 1)) > 0);
        // The node keeps nothing; a document that is gone is missing now.
        assertThat(IndexBucketContract.await(bucket.get("here"))).isEmpty();
        assertThat(again.bucket("index").documentCount()).isEqualTo(1);
      }
    }
  }

  private static List<CompletableFuture<?>> burst(IndexBucket bucket) {
    List<CompletableFuture<?>> stages = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      stages.add(bucket.append("here", bytes("x")).toCompletableFuture());
      stages.add(bucket.get("here").toCompletableFuture());
    }
    return stages;
  }

  private static void everythingUnderWayEnds(List<CompletableFuture<?>> stages) {
    for (CompletableFuture<?> stage : stages) {
      Object answer =
          IndexBucketContract.await(
              stage.handle((value, failure) -> failure == null ? value : failure));
      if (answer instanceof Throwable failure) {
        assertThat(failure)
            .isInstanceOfAny(BucketFailedException.class, BucketTimeoutException.class);
      } else {
        assertThat(answer)
            .as("the document was there")
            .isNotEqualTo(Optional.empty())
            .isNotEqualTo(WriteResult.refused(WriteResult.Outcome.MISSING));
      }
    }
  }

  private static void assertUnavailable(CompletionStage<?> stage) {
    assertThatThrownBy(() -> IndexBucketContract.await(stage))
        .isExactlyInstanceOf(BucketTimeoutException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
