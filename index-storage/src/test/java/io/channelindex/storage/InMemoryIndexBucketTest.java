package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.InMemoryIndexBucket.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InMemoryIndexBucketTest extends IndexBucketContract {
  private final ExecutorService executor = Executors.newFixedThreadPool(3);
  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket(executor);

  @Override
  IndexBucket bucket() {
    return bucket;
  }

  @Override
  void pass(Duration time) {
    bucket.pass(time);
  }

  @AfterEach
  void stop() {
    bucket.close();
    executor.shutdownNow();
  }

  @Test
  void failsBeforeDoing() {
    BucketFault fault = bucket.inject(BucketFault.of(Action.FAIL).on(Operation.INSERT).times(1));

    assertThatThrownBy(() -> await(bucket.insert(key, bytes("x"))))
        .isInstanceOf(BucketFailedException.class)
        .hasMessageContaining("operation=INSERT, key=" + key);

    assertThat(bucket.peek(key)).isNull();
    assertThat(fault.hits()).isEqualTo(1);
    assertThat(await(bucket.insert(key, bytes("x"))).isWritten()).isTrue();
  }

  @Test
  void losesAnswersOfWhatIsDoneAndOfWhatIsNot() {
    bucket.inject(BucketFault.of(Action.LOSE_ANSWER).where(key::equals).times(1));
    bucket.inject(BucketFault.of(Action.TIME_OUT).where(key::equals).times(1));

    assertThatThrownBy(() -> await(bucket.insert(key, bytes("done"))))
        .isInstanceOf(BucketTimeoutException.class);
    assertThat(bucket.peek(key)).isEqualTo(bytes("done"));
    assertThatThrownBy(() -> await(bucket.append(key, bytes("not done"))))
        .isInstanceOf(BucketTimeoutException.class);
    assertThat(bucket.peek(key)).isEqualTo(bytes("done"));
  }

  @Test
  void holdsUntilReleased() {
    BucketFault fault = bucket.inject(BucketFault.of(Action.HOLD).times(1));
    CompletionStage<WriteResult> held = bucket.insert(key, bytes("held"));
    Awaitility.await().until(() -> bucket.heldCount() == 1);
    assertThat(await(bucket.insert(key, bytes("overtakes"))).isWritten()).isTrue();
    assertThat(held.toCompletableFuture()).isNotDone();

    assertThat(bucket.release()).isEqualTo(1);

    assertThat(await(held).outcome()).isEqualTo(WriteResult.Outcome.CONFLICT);
    assertThat(fault.hits()).isEqualTo(1);
  }

  @Test
  void holdsAnswersAndDoesThingsLate() {
    bucket.inject(BucketFault.of(Action.HOLD_ANSWER).on(Operation.INSERT).times(1));
    bucket.inject(BucketFault.of(Action.DO_LATE).on(Operation.APPEND).times(1));
    CompletionStage<WriteResult> held = bucket.insert(key, bytes("a"));
    Awaitility.await().until(() -> bucket.heldCount() == 1);
    assertThat(bucket.peek(key)).isEqualTo(bytes("a"));
    assertThatThrownBy(() -> await(bucket.append(key, bytes("b"))))
        .isInstanceOf(BucketTimeoutException.class);
    assertThat(bucket.peek(key)).isEqualTo(bytes("a"));

    assertThat(bucket.release()).isEqualTo(2);

    assertThat(await(held).isWritten()).isTrue();
    Awaitility.await().untilAsserted(() -> assertThat(bucket.peek(key)).isEqualTo(bytes("ab")));
  }

  @Test
  void faultsStrikeWhenTheyShould() {
    BucketFault rare =
        bucket.inject(
            BucketFault.of(Action.FAIL)
                .on(kind -> !kind.isWrite())
                .after(10)
                .withProbability(0.5, new Random(1))
                .times(20));
    int failed = 0;
    for (int i = 0; i < 200; i++) {
      failed += await(bucket.get(key).handle((value, failure) -> failure == null ? 0 : 1));
      assertThat(i < 10 && failed > 0).isFalse();
    }
    assertThat(failed).isEqualTo(20);
    assertThat(rare.hits()).isEqualTo(20);
    rare.stop();
    bucket.clearFaults();
    assertThat(await(bucket.get(key))).isEmpty();
  }

  @Test
  void aFailedReadFailsTheWholeOfMany() {
    bucket.inject(BucketFault.of(Action.FAIL).where("b"::equals));

    Throwable failure =
        await(bucket.getAll(List.of("a", "b", "c")).handle((documents, failed) -> failed));

    // As it is, not wrapped: callers tell failures apart by their class.
    assertThat(failure)
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("key=b");
  }

  @Test
  void bringsBackWhatWas() {
    long cas = await(bucket.insert(key, bytes("before"))).cas();
    Snapshot snapshot = bucket.snapshot();
    await(bucket.replace(key, bytes("after"), cas));
    bucket.poke("other", bytes("x"));

    bucket.restore(snapshot);

    assertThat(bucket.keys()).containsExactly(key);
    WriteResult again = await(bucket.replace(key, bytes("again"), cas));
    assertThat(again.isWritten()).isTrue();
    bucket.forget(key);
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void countsByKind() {
    await(bucket.getAll(List.of("a", "b")));
    await(bucket.insert("a", bytes("x")));

    assertThat(bucket.count(Operation.GET)).isEqualTo(2);
    assertThat(bucket.count()).isEqualTo(3);
    assertThat(bucket.writes()).isEqualTo(1);
    bucket.resetCounts();
    assertThat(bucket.count()).isZero();
  }

  @Test
  void closingFailsWhatIsUnderWayAndWhatComes() {
    bucket.inject(BucketFault.of(Action.HOLD).times(1));
    CompletionStage<WriteResult> held = bucket.insert(key, bytes("x"));
    Awaitility.await().until(() -> bucket.heldCount() == 1);

    bucket.close();

    assertThatThrownBy(() -> await(held)).isInstanceOf(BucketFailedException.class);
    assertThatThrownBy(() -> await(bucket.get(key))).isInstanceOf(BucketFailedException.class);
    assertThat(bucket.release()).isZero();
  }

  @Test
  void hasAThreadOfItsOwnIfNobodyGivesOne() {
    try (InMemoryIndexBucket own = new InMemoryIndexBucket()) {
      assertThat(await(own.insert(key, bytes("x"))).isWritten()).isTrue();
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .contains("in-memory-index-bucket");
    }
  }
}
