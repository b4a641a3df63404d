package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What had raised a channel's clock highest is undone, and compaction takes it away: the clock must
 * not speak of a block any more that nobody has written, or neither readers nor owners get on.
 */
class CompactedAwayTest {
  private static final List<FailoverEntry> AFTER_LOSS =
      List.of(new FailoverEntry(78, 1), new FailoverEntry(77, 0));

  static Stream<Layout> layouts() {
    return Layouts.all().stream();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void theNextOwnerGoesOn(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("kept", 1, "a"));
    writer.snapshot(0, 2, 5);
    partition.tell(writer, partition.document("undone", 5, "a"));
    partition.turns.untilQuiet();
    partition.documents.remove("undone");
    CompletableFuture<?> rolledBack = writer.rollback(0, 1, AFTER_LOSS).toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(rolledBack).isCompleted();
    CompletableFuture<Void> compacted = writer.compact().toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(compacted).isCompleted();
    assertThat(partition.rows("a")).containsExactly("kept@1 ACTIVE");

    PartitionWriter next = partition.take();
    next.opened(0, AFTER_LOSS);
    next.snapshot(0, 1, 2);
    partition.tell(next, partition.document("new", 2, "a"));
    partition.turns.untilQuiet();
    assertThat(next.status().state()).isEqualTo(WriterStatus.State.RUNNING);
    assertThat(partition.rows("a")).containsExactly("kept@1 ACTIVE", "new@2 ACTIVE");
  }

  /**
   * The owner before has compacted, and its head arrives late. The clock is not raised meanwhile,
   * because seqnos begin anew, so that nobody had another reason to write the head.
   */
  @ParameterizedTest
  @MethodSource("layouts")
  void aLateCompactionHidesNothing(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter old = partition.takeAndOpen(9);
    partition.tell(old, partition.document("old", 9, "a"));
    partition.turns.untilQuiet();
    BucketFault late =
        partition.bucket.inject(
            BucketFault.of(Action.HOLD)
                .on(Operation.REPLACE)
                .where(key -> key.equals(partition.keys.head("a", 0))));
    CompletableFuture<Void> compacted = old.compact().toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(compacted).isNotDone();
    late.stop();

    PartitionWriter next = partition.take();
    List<FailoverEntry> flushed = List.of(new FailoverEntry(79, 0));
    partition.documents.clear();
    CompletableFuture<?> rolledBack = next.rollback(0, 0, flushed).toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(rolledBack).isCompleted();
    next.opened(0, flushed);
    next.snapshot(0, 0, 2);
    partition.tell(next, partition.document("new", 2, "a"));
    partition.turns.untilQuiet();
    partition.bucket.release();
    partition.turns.untilQuiet();
    next.snapshot(0, 2, 3);
    partition.tell(next, partition.document("newer", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).contains("new@2 ACTIVE", "newer@3 ACTIVE");
  }

  /**
   * Blocks of a write that crashed before any head named them come to light when the channel grows
   * up to them: closed, and with nothing in them that is true any more. They go all the same.
   */
  @ParameterizedTest
  @MethodSource("layouts")
  void blocksOfWhatWasUndoneGo(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.batching = partition.batching.withChanges(4_000).withBytes(1 << 24);
    partition.linger(Duration.ofSeconds(1));
    AtomicBoolean crashes = new AtomicBoolean();
    partition.probe =
        (number, step) -> {
          if (step == WriterStep.CLOCKS && crashes.get()) {
            throw new IllegalStateException("crashed before " + step);
          }
        };
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("kept", 1, "a"));
    partition.turns.untilQuiet();
    crashes.set(true);
    writer.snapshot(0, 2, 4_001);
    for (int seqno = 2; seqno <= 4_001; seqno++) {
      partition.tell(writer, partition.document("undone" + seqno, seqno, "a"));
      partition.documents.remove("undone" + seqno);
    }
    partition.turns.untilQuiet();
    assertThat(partition.bucket.peek(partition.keys.block("a", 0, 1))).isNotNull();
    crashes.set(false);

    PartitionWriter next = partition.take();
    next.opened(0, AFTER_LOSS);
    next.snapshot(0, 1, 2_000);
    for (int seqno = 2; seqno <= 2_000; seqno++) {
      partition.tell(next, partition.document("new" + seqno, seqno, "a"));
      partition.turns.untilQuiet();
    }
    CompletableFuture<Void> compacted = next.compact().toCompletableFuture();
    partition.turns.untilQuiet();

    assertThat(compacted).isCompleted();
    assertThat(partition.rows("a")).hasSize(2_000).contains("kept@1 ACTIVE", "new2000@2000 ACTIVE");
    assertThat(partition.bucket.keys()).noneMatch(key -> key.contains(":block:"));
  }

  /**
   * An owner has written what a rollback brings back, and crashed before it committed. The next one
   * does not know that branch, and compacts what stands beside blocks away, late: the one after it
   * has found it where it wanted to write it.
   */
  @ParameterizedTest
  @MethodSource("layouts")
  void whatALateCompactionPrunesIsThereIfItIsNeeded(Layout layout) {
    for (Operation late : List.of(Operation.GET, Operation.REMOVE)) {
      OnePartition partition = new OnePartition(layout);
      Set<String> beside =
          Set.of(partition.keys.sequence(0, 78, 1), partition.keys.revisions("back"));
      AtomicBoolean crashes = new AtomicBoolean();
      partition.probe =
          (number, step) -> {
            if (step == WriterStep.STABLE && crashes.getAndSet(false)) {
              throw new IllegalStateException("crashed before " + step);
            }
          };
      PartitionWriter first = partition.takeAndOpen(1);
      partition.tell(first, partition.document("back", 1, "a"));
      first.snapshot(0, 2, 5);
      partition.tell(first, partition.deletion("back", 5, "a"));
      partition.turns.untilQuiet();
      partition.document("back", 1, "a");
      crashes.set(true);
      var crashed = first.rollback(0, 1, AFTER_LOSS);
      partition.turns.untilQuiet();
      assertThat(crashed.toCompletableFuture()).isCompletedExceptionally();

      BucketFault held =
          partition.bucket.inject(
              BucketFault.of(Action.HOLD).on(late).where(beside::contains).times(1));
      PartitionWriter second = partition.take();
      var compacted = second.compact();
      partition.turns.untilQuiet();
      assertThat(compacted.toCompletableFuture().isDone())
          .isEqualTo(layout.companions() == Layout.Companions.NONE);
      held.stop();

      PartitionWriter third = partition.take();
      var rolledBack = third.rollback(0, 1, AFTER_LOSS);
      partition.turns.untilQuiet();
      assertThat(rolledBack.toCompletableFuture()).isCompleted();
      partition.bucket.release();
      partition.turns.untilQuiet();
      assertThat(partition.rows("a")).as("%s", late).containsExactly("back@1 ACTIVE");
      assertThat(partition.rows(Batch.EVERYTHING)).containsExactly("back@1 ACTIVE");
    }
  }
}
