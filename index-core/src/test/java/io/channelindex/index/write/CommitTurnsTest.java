package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.CommitListener;
import io.channelindex.index.write.Batching.Linger;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.index.write.WriterStatus.State;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three partitions of one vbucket each that take turns: what becomes of a turn, come what may. */
class CommitTurnsTest {
  private static final List<FailoverEntry> LOG = List.of(new FailoverEntry(77, 0));

  private final Turns turns = new Turns(new Random(1));
  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket(turns);
  private final IndexKeys keys = new IndexKeys("db");
  private final List<Integer> done = new ArrayList<>();
  private final List<PartitionWriter> writers = new ArrayList<>();
  private PartitionWriters owner;
  private WriterStep crashBefore;

  @BeforeEach
  void take() {
    Batching one = Batching.DEFAULT.withOperations(1).withLinger(Linger.FIXED, Duration.ZERO);
    takeAll(Layouts.named("log"), one);
  }

  private void takeAll(Layout layout, Batching batching) {
    writers.clear();
    owner = owner(layout, batching);
    for (int partition = 0; partition < 3; partition++) {
      writers.add(taken(owner, partition));
      writers.get(partition).opened(partition, LOG);
      writers.get(partition).snapshot(partition, 0, 9);
    }
    turns.untilQuiet();
  }

  private PartitionWriters owner(Layout layout, Batching batching) {
    WriterSettings settings =
        new WriterSettings(
            layout,
            BlockCoding.plain(),
            1024,
            new Compacting(0, Duration.ZERO, 2),
            batching,
            Duration.ofMillis(100),
            (partition, step) -> {
              if (partition == 0 && step == crashBefore && step != null) {
                throw new IllegalStateException("crashed");
              }
            });
    return new PartitionWriters(
        bucket,
        keys,
        new PartitionMap(3, 3),
        NO_DOCUMENTS,
        settings,
        turns,
        CommitListener.NONE,
        serial -> turns);
  }

  private PartitionWriter taken(PartitionWriters by, int partition) {
    CompletableFuture<PartitionWriter> taking = by.take(partition).toCompletableFuture();
    turns.until(taking::isDone);
    return taking.join();
  }

  private void tell(int partition, long seqno) {
    IndexedChange change =
        new IndexedChange(
            "d" + seqno,
            partition,
            seqno,
            List.of(new Membership("*", seqno, "1-ab", EntryState.ACTIVE)));
    writers
        .get(partition)
        .change(
            partition,
            seqno,
            CompletableFuture.completedFuture(Optional.of(change)),
            () -> done.add(partition));
    // In the order in which they are told.
    turns.steps(1);
  }

  private long commits(int partition) {
    return writers.get(partition).status().commits();
  }

  /** The commit of partition 0 does not come to its end. */
  private void holdFirst() {
    bucket.inject(BucketFault.of(Action.HOLD).on(Operation.REPLACE).where(keys.stable(0)::equals));
  }

  private void soon() {
    turns.until(() -> turns.nanos() > 0);
  }

  @Test
  void whoWaitsCollectsMeanwhile() {
    holdFirst();
    tell(0, 1);
    for (long seqno = 1; seqno <= 5; seqno++) {
      tell(1, seqno);
    }
    soon();
    assertThat(done).isEmpty();
    bucket.clearFaults();
    bucket.release();
    turns.untilQuiet();
    assertThat(commits(0)).isEqualTo(1);
    assertThat(commits(1)).isEqualTo(1);
    assertThat(done).containsExactly(0, 1, 1, 1, 1, 1);
  }

  /** Four changes in one channel: three operations, and those for what is beside the blocks. */
  @ParameterizedTest
  @CsvSource({"dense, true", "log, true", "bit-flag, false", "hybrid, false"})
  void whatStandsBesideTheBlocksCountsAsWell(String layout, boolean bothHaveRoom) {
    Batching six =
        Batching.DEFAULT.withOperations(6).withLinger(Linger.FIXED, Duration.ofMillis(20));
    takeAll(Layouts.named(layout), six);
    holdFirst();
    for (int partition = 0; partition < 2; partition++) {
      for (long seqno = 1; seqno <= 4; seqno++) {
        tell(partition, seqno);
      }
    }
    turns.until(() -> turns.nanos() >= Duration.ofMillis(900).toNanos());

    assertThat(commits(0)).isZero();
    assertThat(commits(1)).isEqualTo(bothHaveRoom ? 1 : 0);
    bucket.clearFaults();
    bucket.release();
    turns.untilQuiet();
    assertThat(commits(0)).isEqualTo(1);
    assertThat(commits(1)).isEqualTo(1);
  }

  @Test
  void aCommitThatFailsGivesItsTurnBack() {
    crashBefore = WriterStep.STABLE;
    tell(0, 1);
    tell(1, 1);
    turns.until(() -> done.size() == 2);
    assertThat(turns.nanos()).as("without waiting").isLessThan(CommitQueue.PATIENCE.toNanos());
    assertThat(writers.get(0).status().state()).isEqualTo(State.FAILED);
    assertThat(commits(1)).isEqualTo(1);
  }

  @Test
  void aCommitThatIsFencedGivesItsTurnBack() {
    taken(owner(Layouts.named("log"), Batching.DEFAULT), 0);
    long before = turns.nanos();
    tell(0, 1);
    tell(1, 1);
    turns.until(() -> done.size() == 2);
    assertThat(turns.nanos() - before).isLessThan(CommitQueue.PATIENCE.toNanos());
    assertThat(writers.get(0).status().state()).isEqualTo(State.FENCED);
    assertThat(commits(1)).isEqualTo(1);
  }

  @Test
  void aCommitThatHangsDoesNotKeepOthersFromTheirs() {
    holdFirst();
    tell(0, 1);
    tell(1, 1);
    turns.until(() -> done.contains(1));
    assertThat(commits(1)).isEqualTo(1);
    assertThat(turns.nanos()).isLessThanOrEqualTo(2 * CommitQueue.PATIENCE.toNanos());
  }

  @Test
  void whoClosesWhileItWaitsCommitsAndEnds() {
    holdFirst();
    tell(0, 1);
    tell(1, 1);
    CompletableFuture<Void> closed = writers.get(1).close().toCompletableFuture();
    soon();
    assertThat(closed).isNotDone();
    bucket.clearFaults();
    bucket.release();
    turns.untilQuiet();
    assertThat(closed).isCompleted();
    assertThat(commits(1)).isEqualTo(1);
  }

  @Test
  void aRollbackNeedsNoTurnAndGivesUpWhatWaited() {
    holdFirst();
    tell(0, 1);
    tell(1, 1);
    tell(2, 1);
    CompletableFuture<StreamPosition> rolledBack =
        writers.get(1).rollback(1, 0, List.of(new FailoverEntry(88, 0))).toCompletableFuture();
    turns.until(() -> rolledBack.isDone() || turns.nanos() > 0);
    assertThat(rolledBack).isCompleted();
    bucket.clearFaults();
    bucket.release();
    turns.until(() -> done.size() == 3);
    assertThat(turns.nanos()).isLessThan(CommitQueue.PATIENCE.toNanos());
    assertThat(commits(1)).isZero();
    assertThat(commits(2)).isEqualTo(1);
  }

  @Test
  void whoFailsWhileItWaitsTakesNoTurn() {
    holdFirst();
    tell(0, 1);
    tell(1, 1);
    tell(2, 1);
    writers.get(1).snapshot(1, 9, 3);
    turns.until(() -> writers.get(1).status().state() == State.FAILED);
    bucket.clearFaults();
    bucket.release();
    turns.until(() -> done.size() == 3);
    assertThat(turns.nanos()).isLessThan(CommitQueue.PATIENCE.toNanos());
    assertThat(commits(2)).isEqualTo(1);
  }

  private static final DocumentSource NO_DOCUMENTS =
      new DocumentSource() {
        @Override
        public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
          return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public String goneRevision(String documentId, String lastRevision) {
          return lastRevision;
        }
      };
}
