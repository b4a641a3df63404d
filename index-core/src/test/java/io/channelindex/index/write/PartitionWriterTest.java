package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.index.write.WriterStatus.State;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.BucketFailedException;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import io.channelindex.storage.format.UnreadableDocumentException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartitionWriterTest {
  private final OnePartition partition = new OnePartition();

  private static Throwable failureOf(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().getNow(null);
      return null;
    } catch (CompletionException failure) {
      return failure.getCause();
    }
  }

  private VbucketState state() {
    return partition.stable().vbucket(0);
  }

  @Test
  void stableMovesToWholePointsOnlyAndThePositionWithEveryCommit() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("x", 1, "a"));
    partition.tell(writer, partition.document("y", 2, "a"));
    partition.turns.untilQuiet();
    assertThat(state().stable()).isZero();
    assertThat(state().position()).isEqualTo(new StreamPosition(77, 2, 0, 3));
    assertThat(partition.rows("a")).isEmpty();

    partition.tell(writer, partition.document("z", 3, "b"));
    partition.turns.untilQuiet();
    assertThat(state().stable()).isEqualTo(3);
    assertThat(partition.rows("a")).containsExactly("x@1 ACTIVE", "y@2 ACTIVE");
    assertThat(partition.done).containsExactly(1L, 2L, 3L);
  }

  @Test
  void theCommitThatMakesRowsVisibleIsTheOneThatNamesTheirChannels() {
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("x", 1, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.stable().recent().get(0)).isEqualTo(Touched.NONE);
    writer.advanced(0, 2);
    partition.turns.untilQuiet();
    assertThat(partition.stable().recent().get(0).channels()).hasSize(2);
  }

  @Test
  void severalSnapshotsInOneBatchEndAtTheLastWholeOne() {
    partition.linger(Duration.ofMillis(1));
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("x", 1, "a"));
    writer.snapshot(0, 2, 3);
    partition.tell(writer, partition.document("y", 3, "a"));
    writer.snapshot(0, 4, 9);
    partition.tell(writer, partition.document("z", 5, "a"));
    partition.turns.untilQuiet();
    assertThat(state().stable()).isEqualTo(3);
    assertThat(state().position()).isEqualTo(new StreamPosition(77, 5, 4, 9));
    assertThat(writer.status().commits()).isEqualTo(1);
  }

  @Test
  void whatArrivedBeforeAReconnectIsNoNewsAfterIt() {
    PartitionWriter writer = partition.takeAndOpen(9);
    partition.tell(writer, partition.document("x", 4, "a"));
    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 0, 9);
    partition.tell(writer, partition.document("x", 4, "a"));
    partition.tell(writer, partition.document("y", 9, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("x@4 ACTIVE", "y@9 ACTIVE");
    assertThat(partition.done).containsExactlyInAnyOrder(4L, 4L, 9L);
    assertThat(writer.status().changes()).isEqualTo(2);
  }

  @Test
  void theRestOfASnapshotIsOwedWhateverAReopenedStreamAnnounces() {
    PartitionWriter writer = partition.takeAndOpen(9);
    partition.tell(writer, partition.document("x", 4, "a"));
    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 4, 6);
    partition.tell(writer, partition.document("y", 6, "a"));
    partition.turns.untilQuiet();
    assertThat(state().stable()).isZero();
    assertThat(state().position()).isEqualTo(new StreamPosition(77, 6, 0, 9));
  }

  @Test
  void aChangeThatIsNotKnownYetHoldsItsVbucketAndNoOther() {
    PartitionWriter writer = partition.takeAndOpen(2);
    writer.opened(1, OnePartition.LOG);
    writer.snapshot(1, 0, 1);
    CompletableFuture<Optional<IndexedChange>> imported = new CompletableFuture<>();
    writer.change(0, 1, imported, () -> partition.done.add(1L));
    partition.tell(writer, partition.document("y", 2, "a"));
    writer.change(
        1, 1, CompletableFuture.completedFuture(Optional.empty()), () -> partition.done.add(11L));
    partition.turns.untilQuiet();
    assertThat(state().position().seqno()).isZero();
    assertThat(partition.stable().vbucket(1).stable()).isEqualTo(1);
    assertThat(partition.done).containsExactly(11L);

    imported.complete(Optional.empty());
    partition.turns.untilQuiet();
    assertThat(state().stable()).isEqualTo(2);
    assertThat(partition.done).containsExactly(11L, 1L, 2L);
  }

  @Test
  void aChangeThatCannotBeFoundOutStopsTheWriterAndLetsGoOfEverything() {
    PartitionWriter writer = partition.takeAndOpen(3);
    CompletableFuture<Optional<IndexedChange>> imported = new CompletableFuture<>();
    writer.change(0, 1, imported, () -> partition.done.add(1L));
    partition.tell(writer, partition.document("y", 2, "a"));
    partition.turns.untilQuiet();
    imported.completeExceptionally(new IllegalArgumentException("no"));
    partition.turns.untilQuiet();
    assertThat(failureOf(writer.stopped())).isInstanceOf(IllegalArgumentException.class);
    assertThat(writer.status().state()).isEqualTo(State.FAILED);
    partition.tell(writer, partition.document("z", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.done).containsExactlyInAnyOrder(1L, 2L, 3L);
    assertThat(state().position().seqno()).isZero();
  }

  @Test
  void aStreamThatBreaksTheRulesStopsTheWriter() {
    PartitionWriter unopened = partition.take();
    partition.tell(unopened, partition.document("x", 1, "a"));
    PartitionWriter outside = partition.takeAndOpen(3);
    partition.tell(outside, partition.document("x", 4, "a"));
    PartitionWriter backwards = partition.take();
    backwards.opened(0, OnePartition.LOG);
    backwards.snapshot(0, 9, 3);
    PartitionWriter foreign = partition.take();
    foreign.advanced(5, 1);
    PartitionWriter nowhere = partition.takeAndOpen(1);
    partition.tell(nowhere, new IndexedChange("x", 0, 1, List.of()));
    partition.turns.untilQuiet();
    assertThat(failureOf(unopened.stopped())).hasMessageContaining("not opened");
    assertThat(failureOf(outside.stopped())).hasMessageContaining("seqno=4, start=0, end=3");
    assertThat(failureOf(backwards.stopped())).hasMessageContaining("start=9, end=3");
    assertThat(failureOf(foreign.stopped())).hasMessageContaining("vbucket=5");
    assertThat(failureOf(nowhere.stopped())).hasMessageContaining("channel '*'");
    assertThat(partition.done).hasSize(3);
  }

  @Test
  void oneBlockAndOneHeadAreTwoWritesAndNoRead() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("x", 1));
    partition.turns.untilQuiet();
    partition.bucket.resetCounts();
    partition.tell(writer, partition.document("y", 2));
    partition.turns.untilQuiet();
    assertThat(partition.bucket.count(Operation.GET)).isZero();
    // Block, head and stable document of channel '*'.
    assertThat(partition.bucket.count()).isEqualTo(3);
  }

  @Test
  void onlyWhatReadersCanSeeWakesThem() {
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("x", 1));
    partition.turns.untilQuiet();
    assertThat(partition.bucket.count(Operation.INCREMENT)).isZero();
    writer.advanced(0, 2);
    partition.turns.untilQuiet();
    assertThat(partition.bucket.count(Operation.INCREMENT)).isEqualTo(1);
  }

  @Test
  void lingeringCollectsALargerCommit() {
    partition.linger(Duration.ofMillis(5));
    partition.batching = partition.batching.withChanges(3);
    PartitionWriter writer = partition.takeAndOpen(9);
    for (long seqno = 1; seqno <= 4; seqno++) {
      partition.tell(writer, partition.document("d" + seqno, seqno));
    }
    long begun = partition.turns.nanos();
    partition.turns.until(() -> writer.status().commits() == 1);
    assertThat(partition.turns.nanos()).as("a full batch does not linger").isEqualTo(begun);
    partition.turns.until(() -> writer.status().commits() == 2);
    assertThat(partition.turns.nanos() - begun).isEqualTo(Duration.ofMillis(5).toNanos());
  }

  @ParameterizedTest
  @EnumSource(value = WriterStep.class, names = "COMPACTION", mode = EnumSource.Mode.EXCLUDE)
  void aCrashBeforeAStepLosesNothing(WriterStep step) {
    crashAt(step);
    boolean committed = step == WriterStep.WAKE_UPS;
    assertThat(state().stable()).isEqualTo(committed ? 2 : 0);
    assertThat(partition.rows("a")).hasSize(committed ? 2 : 0);
    goOnAfterCrash(committed);
  }

  @Test
  void aCrashAfterTheLastStepLosesNothing() {
    crashAt(null);
    assertThat(state().stable()).isEqualTo(2);
    goOnAfterCrash(true);
  }

  private void crashAt(WriterStep step) {
    partition.linger(Duration.ofMillis(1));
    partition.probe =
        (number, reached) -> {
          if (reached == step) {
            throw new IllegalStateException("crashed");
          }
        };
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("x", 1, "a"));
    partition.tell(writer, partition.document("y", 2, "a", "b"));
    partition.turns.untilQuiet();
    assertThat(failureOf(writer.stopped())).hasMessage("crashed");
    partition.probe = WriterProbe.NONE;
  }

  private void goOnAfterCrash(boolean committed) {
    PartitionWriter next = partition.take();
    assertThat(next.positions().get(0).seqno()).isEqualTo(committed ? 2 : 0);
    next.opened(0, OnePartition.LOG);
    next.snapshot(0, 0, 3);
    for (IndexedChange change :
        List.of(
            partition.document("x", 1, "a"),
            partition.document("y", 2, "a", "b"),
            partition.document("z", 3, "b"))) {
      if (change.seqno() > next.positions().get(0).seqno()) {
        partition.tell(next, change);
      }
    }
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("x@1 ACTIVE", "y@2 ACTIVE");
    assertThat(partition.rows("b")).containsExactly("y@2 ACTIVE", "z@3 ACTIVE");
  }

  @Test
  void whatACrashedOwnerLeftOfADocumentThatIsGoneDoesNotComeBack() {
    crashAt(WriterStep.STABLE);
    PartitionWriter next = partition.takeAndOpen(3);
    partition.tell(next, partition.document("z", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(state().stable()).isEqualTo(3);
    assertThat(partition.rows("a")).containsExactly("x@3 DELETED", "y@3 DELETED", "z@3 ACTIVE");
  }

  @Test
  void aBlockThatCannotBeWrittenKeepsStableWhereItIs() {
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.bucket.inject(
        BucketFault.of(Action.FAIL).where(key -> key.startsWith("db:block:") && key.endsWith("a")));
    partition.tell(writer, partition.document("x", 1, "a", "b"));
    partition.turns.untilQuiet();
    assertThat(failureOf(writer.stopped())).isInstanceOf(BucketFailedException.class);
    assertThat(state()).isEqualTo(VbucketState.NEW);
    assertThat(partition.done).containsExactly(1L);
  }

  @Test
  void anErrorStopsTheWriterWhereverItComesFrom() {
    // Of the operations of a take and a commit each fails once, and when it is repeated breaks.
    for (int before = 3; before < 12; before++) {
      OnePartition other = new OnePartition();
      int[] left = {before};
      int[] broken = {0};
      InterceptedBucket breaking =
          new InterceptedBucket(other.bucket) {
            @Override
            <T> CompletionStage<T> intercept(
                Operation kind, String key, Supplier<CompletionStage<T>> operation) {
              if (key.endsWith(":wake") || left[0]-- > 0) {
                return operation.get();
              }
              if (broken[0]++ == 0) {
                return CompletableFuture.failedFuture(new BucketFailedException("test", null));
              }
              throw new NoClassDefFoundError("test");
            }
          };
      CompletableFuture<PartitionWriter> taking = other.taking(breaking);
      other.turns.untilQuiet();
      PartitionWriter writer = taking.join();
      writer.opened(0, OnePartition.LOG);
      writer.snapshot(0, 0, 1);
      other.tell(writer, other.document("x", 1, "a", "b"));
      other.turns.untilQuiet();
      if (broken[0] > 0) {
        assertThat(failureOf(writer.stopped())).isInstanceOf(NoClassDefFoundError.class);
        assertThat(writer.status().state()).isEqualTo(State.FAILED);
        assertThat(other.done).containsExactly(1L);
        writer.close();
        other.turns.untilQuiet();
        assertThat(writer.close()).isDone();
      }
    }
  }

  @Test
  void lostAnswersAreFoundOutAndNothingIsWrittenTwice() {
    PartitionWriter writer = partition.takeAndOpen(30);
    BucketFault lost =
        partition.bucket.inject(BucketFault.of(Action.LOSE_ANSWER).on(Operation::isWrite).times(8));
    for (long seqno = 1; seqno <= 30; seqno++) {
      partition.tell(writer, partition.document("document" + seqno, seqno, "a"));
    }
    partition.turns.untilQuiet();
    assertThat(lost.hits()).isEqualTo(8);
    assertThat(partition.rows("a")).hasSize(30);
    assertThat(writer.status().state()).isEqualTo(State.RUNNING);
    assertThat(partition.stable().epoch()).isEqualTo(1);
  }

  @Test
  void aTakeWhoseAnswerIsLostIsNotRepeated() {
    partition.bucket.inject(BucketFault.of(Action.LOSE_ANSWER).on(Operation::isWrite).times(1));
    PartitionWriter writer = partition.take();
    assertThat(partition.stable().epoch()).isEqualTo(1);
    assertThat(writer.status().epoch()).isEqualTo(1);
  }

  @Test
  void ofTwoWhoTakeAtOnceTheLaterOwnsIt() {
    CompletableFuture<PartitionWriter> one = partition.taking();
    CompletableFuture<PartitionWriter> two = partition.taking();
    partition.turns.untilQuiet();
    assertThat(one.join().status().epoch() + two.join().status().epoch()).isEqualTo(3);
    for (PartitionWriter writer : List.of(one.join(), two.join())) {
      writer.opened(0, OnePartition.LOG);
      writer.snapshot(0, 0, 1);
      partition.tell(writer, partition.document("x", 1));
    }
    partition.turns.untilQuiet();
    PartitionWriter first = one.join().status().epoch() == 1 ? one.join() : two.join();
    assertThat(failureOf(first.stopped())).isInstanceOf(FencedException.class);
    assertThat(first.status().state()).isEqualTo(State.FENCED);
    assertThat(state().stable()).isEqualTo(1);
  }

  @Test
  void aPausedOwnerThatWakesUpChangesNothingAndIsFenced() {
    PartitionWriter paused = partition.takeAndOpen(9);
    partition.tell(paused, partition.document("x", 1, "a"));
    partition.turns.untilQuiet();
    BucketFault pause = partition.bucket.inject(BucketFault.of(Action.HOLD));
    partition.tell(paused, partition.document("old", 2, "a", "b"));
    partition.turns.untilQuiet();
    assertThat(partition.bucket.heldCount()).isPositive();
    pause.stop();

    PartitionWriter next = partition.takeAndOpen(9);
    partition.tell(next, partition.document("y", 3, "a"));
    partition.tell(next, partition.document("z", 9, "b"));
    partition.turns.untilQuiet();
    List<String> before = partition.rows("a");
    partition.bucket.release();
    partition.turns.untilQuiet();
    assertThat(failureOf(paused.stopped()))
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("partition=0, epoch=1");
    assertThat(partition.rows("a")).isEqualTo(before).containsExactly("x@1 ACTIVE", "y@3 ACTIVE");
    partition.tell(next, partition.document("q", 9, "a"));
    partition.turns.untilQuiet();
    assertThat(next.status().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void closingCommitsWhatIsThereAndDropsWhatIsNot() {
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("x", 1, "a"));
    writer.change(0, 2, new CompletableFuture<>(), () -> partition.done.add(2L));
    CompletableFuture<Void> closed = writer.close().toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(closed).isCompleted();
    assertThat(writer.stopped().toCompletableFuture()).isCompleted();
    assertThat(state().position().seqno()).isEqualTo(1);
    assertThat(partition.done).containsExactlyInAnyOrder(1L, 2L);
    assertThat(failureOf(writer.rollback(0, 0, OnePartition.LOG))).isNull();
    partition.turns.untilQuiet();
  }

  @Test
  void aCallerWhoseCallbackFailsHarmsNobodyElse() {
    PartitionWriter writer = partition.takeAndOpen(2);
    writer.change(
        0,
        1,
        CompletableFuture.completedFuture(Optional.of(partition.document("x", 1, "a"))),
        () -> {
          throw new IllegalStateException("mine");
        });
    partition.tell(writer, partition.document("y", 2, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.done).containsExactly(2L);
    assertThat(writer.status().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void anUnreadableDocumentStopsTheWriterAndIsNamed() {
    partition.take();
    partition.bucket.poke(partition.keys.head("a", 0), new byte[] {1, 2, 3});
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("x", 1, "a"));
    partition.turns.untilQuiet();
    assertThat(failureOf(writer.stopped()))
        .isInstanceOf(UnreadableDocumentException.class)
        .hasMessageContaining(partition.keys.head("a", 0));
  }

  @Test
  void aMissingBlockIsAnErrorAndNotAnEmptyBlock() {
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("x", 1, "a"));
    partition.turns.untilQuiet();
    partition.bucket.forget(partition.keys.block("a", 0, 0));
    PartitionWriter next = partition.takeAndOpen(2);
    partition.tell(next, partition.document("y", 2, "a"));
    partition.turns.untilQuiet();
    assertThat(failureOf(next.stopped())).hasMessageContaining("missing: key=db:block:0:0:");
    assertThat(state().stable()).isEqualTo(1);
  }

  @Test
  void aStableDocumentThatWentBackIsAnErrorAndNotWrittenOver() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("x", 1));
    partition.turns.untilQuiet();
    var lost = partition.bucket.snapshot();
    partition.tell(writer, partition.document("y", 2));
    partition.turns.untilQuiet();
    partition.bucket.restore(lost);
    partition.tell(writer, partition.document("z", 3));
    partition.turns.untilQuiet();
    assertThat(failureOf(writer.stopped()))
        .isInstanceOf(IndexStorageException.class)
        .hasMessageContaining("went back");
  }

  @Test
  void aDocumentOfAnotherDivisionIsRefused() {
    StableDocument other =
        StableDocument.unowned(new io.channelindex.sequence.PartitionMap(8, 1), 0);
    partition.bucket.poke(
        partition.keys.stable(0),
        new StableDocument(0, 0, 1, "someone", 1, other.vbuckets(), List.of()).encode());
    CompletableFuture<PartitionWriter> taking = partition.taking();
    partition.turns.untilQuiet();
    assertThatThrownBy(taking::join).hasMessageContaining("vbuckets=8");
  }

  @Test
  void aBranchThatChangesWithoutRollbackGoesOn() {
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("x", 1, "a"));
    writer.opened(0, List.of(new FailoverEntry(88, 1), new FailoverEntry(77, 0)));
    writer.snapshot(0, 1, 2);
    partition.tell(writer, partition.document("y", 2, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("x@1 ACTIVE", "y@2 ACTIVE");
    assertThat(state().history().current()).isEqualTo(88);
    assertThat(state().position().vbuuid()).isEqualTo(88);
  }

  @Test
  void statusTellsWhatHappened() {
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("x", 1, "a"));
    CompletableFuture<Optional<IndexedChange>> later = new CompletableFuture<>();
    writer.change(0, 2, later, () -> {});
    partition.turns.untilQuiet();
    partition.turns.after(Duration.ofSeconds(3), () -> {});
    partition.turns.untilQuiet();
    WriterStatus status = writer.status();
    assertThat(status.state()).isEqualTo(State.RUNNING);
    assertThat(status.changes()).isEqualTo(1);
    assertThat(status.commits()).isEqualTo(1);
    assertThat(status.stable()).containsExactly(0L, 0L);
    assertThat(status.bytesWritten()).isPositive();
    // Two new channels: block and the registry's page; head, looked for and written; the commit.
    assertThat(status.operations().get(WriterStep.STABLE)).isEqualTo(3);
    assertThat(status.oldestUncommitted()).isEqualTo(Duration.ofSeconds(3));
  }
}
