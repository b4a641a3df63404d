package io.channelindex.storage;

import static io.channelindex.embedded.fault.FaultAction.delayAnswer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.protocol.Opcode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract through the real client, over sockets. */
class CouchbaseIndexBucketIT extends IndexBucketContract {
  private static final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  private static EmbeddedCouchbase node;
  private static IndexClient client;

  @BeforeAll
  static void start() {
    node =
        EmbeddedCouchbase.builder()
            .vbuckets(64)
            .bucket("index")
            .clock(() -> Instant.now().plus(ahead.get()))
            .start();
    client = IndexClient.connect(node);
  }

  @AfterAll
  static void stop() {
    client.close();
    node.close();
  }

  @Override
  IndexBucket bucket() {
    return client.bucket();
  }

  @Override
  void pass(Duration time) {
    ahead.updateAndGet(time::plus);
  }

  @Test
  void aBurstGoesThroughAFewTurns() {
    try (IndexBucket narrow =
        new CouchbaseIndexBucket(client.collection(), IndexClient.PATIENT.withMaxUnderWay(3))) {
      List<String> keys = IntStream.range(0, 20_000).mapToObj(i -> key + "-" + i).toList();
      List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
      keys.forEach(each -> writes.add(narrow.insert(each, bytes(each)).toCompletableFuture()));

      assertThat(await(Answers.all(writes))).allMatch(WriteResult::isWritten);
      assertThat(await(narrow.getAll(keys))).allMatch(Optional::isPresent).hasSize(20_000);
    }
  }

  /** All at once they would take five times as long as one may. */
  @Test
  void theLastOfManyDoesNotWaitForAllOthers() {
    Duration timeout = Duration.ofSeconds(1);
    int underWay = 16;
    Duration answer = Duration.ofMillis(8);
    node.faults().install(FaultPlan.of(FaultRule.requests(Opcode.GET).then(delayAnswer(answer))));
    try (IndexBucket narrow =
        new CouchbaseIndexBucket(
            client.collection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(timeout).withMaxUnderWay(underWay))) {
      List<String> keys = IntStream.range(0, 10_000).mapToObj(i -> key + "-" + i).toList();

      assertThat(await(narrow.getAll(keys))).hasSameSizeAs(keys).allMatch(Optional::isEmpty);
    } finally {
      node.faults().clear();
    }
  }

  @Test
  void aLockedDocumentIsWaitedFor() {
    await(bucket().insert(key, bytes("x")));
    long lock = client.collection().getAndLock(key, Duration.ofSeconds(30)).cas();
    Duration timeout = Duration.ofMillis(300);
    try (IndexBucket impatient =
        new CouchbaseIndexBucket(
            client.collection(), CouchbaseBucketSettings.DEFAULT.withTimeout(timeout))) {
      assertThatThrownBy(() -> await(impatient.append(key, bytes("y"))))
          .isInstanceOf(BucketTimeoutException.class)
          .hasMessageContaining("operation=append, key=" + key);
    }
    CompletionStage<WriteResult> patient = bucket().append(key, bytes("z"));

    client.collection().unlock(key, lock);

    assertThat(await(patient).isWritten()).isTrue();
    assertThat(await(bucket().get(key)).orElseThrow().value()).isEqualTo(bytes("xz"));
  }

  @Test
  void aKeyThatIsTooLongIsRefused() {
    String tooLong = "k".repeat(251);

    assertThatThrownBy(() -> await(bucket().get(tooLong)))
        .isExactlyInstanceOf(BucketFailedException.class);
    assertThatThrownBy(() -> await(bucket().insert(tooLong, bytes("x"))))
        .isExactlyInstanceOf(BucketFailedException.class);
  }

  @Test
  void aDocumentThatIsTooBigIsRefused() {
    assertThatThrownBy(() -> await(bucket().insert(key, new byte[21 * 1024 * 1024])))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("ValueTooLarge");
    assertThat(await(bucket().get(key))).isEmpty();
  }

  @Test
  void theBucketLeavesTheClientOpen() {
    IndexBucket other =
        new CouchbaseIndexBucket(client.collection(), CouchbaseBucketSettings.DEFAULT);
    other.close();

    assertThatThrownBy(() -> await(other.get(key))).isInstanceOf(BucketFailedException.class);
    assertThat(await(bucket().get(key))).isEmpty();
  }
}
