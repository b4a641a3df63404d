package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lost history of the data bucket (invariant 14), case by case. */
class RollbackTest {
  private static final List<FailoverEntry> NEWER =
      List.of(new FailoverEntry(88, 5), new FailoverEntry(77, 0));
  private static final List<FailoverEntry> LOST_NINE =
      List.of(new FailoverEntry(88, 8), new FailoverEntry(77, 0));
  private static final List<FailoverEntry> FLUSHED = List.of(new FailoverEntry(99, 0));

  private final OnePartition partition = new OnePartition();

  private VbucketState state() {
    return partition.stable().vbucket(0);
  }

  private StreamPosition rollback(PartitionWriter writer, long to, List<FailoverEntry> log) {
    CompletableFuture<StreamPosition> position = writer.rollback(0, to, log).toCompletableFuture();
    partition.turns.untilQuiet();
    return position.join();
  }

  /** {@code kept@3}; {@code moved} was at 4 in "a", never sent, and at 8 in "b". */
  private PartitionWriter indexedUpToEight() {
    PartitionWriter writer = partition.takeAndOpen(8);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.tell(writer, partition.document("lost", 7, "a"));
    partition.tell(writer, partition.document("moved", 8, "b"));
    partition.turns.untilQuiet();
    partition.documents.remove("lost");
    partition.document("moved", 4, "a");
    return writer;
  }

  @Test
  void whatWasUndoneGoesAndWhatItHadReplacedComesBack() {
    StreamPosition from = rollback(indexedUpToEight(), 5, NEWER);
    assertThat(from).isEqualTo(StreamPosition.at(88, 5));
    assertThat(state().stable()).isEqualTo(5);
    assertThat(partition.rows("a")).containsExactly("kept@3 ACTIVE", "moved@4 ACTIVE");
    assertThat(partition.rows("b")).isEmpty();
    assertThat(partition.stable().recent().get(0)).isEqualTo(Touched.ALL);
    assertThat(state().history().resumePoint(77, 8)).as("feeds that saw it").isEqualTo(3);
    assertThat(state().history().resumePoint(77, 5)).as("feeds that passed over").isEqualTo(3);
    assertThat(state().history().resumePoint(77, 3)).as("feeds before it").isEqualTo(3);
  }

  @Test
  void afterwardsTheStreamGoesOnOnTheNewBranch() {
    PartitionWriter writer = indexedUpToEight();
    rollback(writer, 5, NEWER);
    writer.opened(0, NEWER);
    writer.snapshot(0, 5, 6);
    partition.tell(writer, partition.document("new", 6, "b"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("b")).containsExactly("new@6 ACTIVE");
    assertThat(state().position()).isEqualTo(new StreamPosition(88, 6, 5, 6));
  }

  /**
   * The stream is further than what is committed, which is in the middle of the first snapshot. A
   * document of that is purged before the stream begins anew.
   */
  @Test
  void whatNobodyHasSeenAndTheStreamDoesNotBringAgainGoes() {
    partition.batching = partition.batching.withChanges(2);
    PartitionWriter writer = partition.takeAndOpen(5);
    partition.tell(writer, partition.document("gone", 2, "a"));
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(state().position()).isEqualTo(new StreamPosition(77, 3, 0, 5));
    partition.documents.remove("gone");

    assertThat(rollback(writer, 5, NEWER)).isEqualTo(StreamPosition.BEGINNING);
    writer.opened(0, NEWER);
    writer.snapshot(0, 0, 7);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.tell(writer, partition.document("new", 7, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a"))
        .containsExactly("gone@7 DELETED", "kept@3 ACTIVE", "new@7 ACTIVE");
    assertThat(state().rebuilding()).isFalse();
  }

  @Test
  void leavingsOfANewerStateAreNotTakenForReplays() {
    PartitionWriter writer = partition.takeAndOpen(8);
    partition.tell(writer, partition.document("moved", 3, "a"));
    partition.tell(writer, partition.document("moved", 8, "a"));
    partition.turns.untilQuiet();
    // It left "a" at 4, which was undone and done again; and it was written again after that.
    IndexedChange now =
        new IndexedChange(
            "moved",
            0,
            6,
            List.of(
                new Membership("*", 6, "6-abcd", EntryState.ACTIVE),
                new Membership("a", 4, "4-abcd", EntryState.REMOVED)));
    partition.documents.put("moved", now);
    rollback(writer, 5, NEWER);
    writer.opened(0, NEWER);
    writer.snapshot(0, 5, 6);
    partition.tell(writer, now);
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("moved@4 REMOVED");
  }

  @Test
  void untilAReplacementIsBroughtThePositionOwesWhatItMayHide() {
    PartitionWriter writer = partition.takeAndOpen(8);
    partition.tell(writer, partition.document("kept", 2, "a"));
    partition.tell(writer, partition.document("moved", 3, "a"));
    partition.tell(writer, partition.document("moved", 8, "b"));
    partition.turns.untilQuiet();
    // Written anew on the new branch; what it was at 5 nobody can tell any more.
    partition.document("moved", 7, "c");
    StreamPosition owing = new StreamPosition(88, 5, 2, 7);
    assertThat(rollback(writer, 5, NEWER)).isEqualTo(owing);
    assertThat(state().stable()).isEqualTo(5);

    // The replacement is lost as well, and the state before it is the current one again.
    partition.document("moved", 4, "d");
    List<FailoverEntry> newest =
        List.of(new FailoverEntry(99, 6), new FailoverEntry(88, 5), new FailoverEntry(77, 0));
    assertThat(rollback(writer, 2, newest))
        .as("what it was at 3 everybody has seen, and it is still true")
        .isEqualTo(new StreamPosition(77, 2, 1, 3));
    assertThat(state().history().resumePoint(88, 5)).as("who stood on what was owed").isEqualTo(2);
    assertThat(state().history().resumePoint(77, 5)).as("who passed over it").isEqualTo(2);
    writer.opened(0, newest);
    writer.snapshot(0, 2, 4);
    partition.tell(writer, partition.document("moved", 4, "d"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("d")).containsExactly("moved@4 ACTIVE");
  }

  @ParameterizedTest
  @EnumSource(
      value = WriterStep.class,
      names = {"BLOCKS", "CLOCKS", "STABLE"})
  void aCrashDuringARollbackRepeatsIt(WriterStep step) {
    boolean[] rollingBack = new boolean[1];
    partition.probe =
        (number, reached) -> {
          if (rollingBack[0] && reached == step) {
            throw new IllegalStateException("crashed");
          }
        };
    PartitionWriter writer = indexedUpToEight();
    rollingBack[0] = true;
    CompletableFuture<StreamPosition> failed = writer.rollback(0, 5, NEWER).toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(failed).isCompletedExceptionally();
    assertThat(partition.rows("b")).as("nothing is visible of it").hasSize(1);
    assertThat(state().stable()).isEqualTo(8);

    rollingBack[0] = false;
    StreamPosition from = rollback(partition.take(), 5, NEWER);
    assertThat(from).isEqualTo(StreamPosition.at(88, 5));
    assertThat(partition.rows("a")).containsExactly("kept@3 ACTIVE", "moved@4 ACTIVE");
    assertThat(partition.rows("b")).isEmpty();
  }

  @Test
  void inTheMiddleOfASnapshotItGoesBackToTheLastWholePoint() {
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("x", 2, "a"));
    writer.snapshot(0, 3, 9);
    partition.tell(writer, partition.document("y", 4, "a"));
    partition.turns.untilQuiet();
    assertThat(rollback(writer, 5, NEWER)).isEqualTo(StreamPosition.at(77, 2));
    assertThat(state().stable()).isEqualTo(2);
  }

  @Test
  void purgedTombstonesAreFoundByRunningAgainOnTheSameBranch() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("gone", 2, "a", "b"));
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(rollback(writer, 0, OnePartition.LOG)).isEqualTo(StreamPosition.BEGINNING);
    assertThat(state().rebuilding()).isTrue();
    assertThat(state().stable()).as("nothing was undone").isEqualTo(3);

    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 0, 9);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(state().position()).isEqualTo(StreamPosition.BEGINNING);
    partition.tell(writer, partition.document("new", 9, "b"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("gone@9 DELETED", "kept@3 ACTIVE");
    assertThat(partition.rows("b")).containsExactly("gone@9 DELETED", "new@9 ACTIVE");
    assertThat(partition.rows("*")).hasSize(3).contains("gone@9 DELETED");
    assertThat(state().rebuilding()).isFalse();
    assertThat(state().position().seqno()).isEqualTo(9);
  }

  @Test
  void whoIsGoneIsToldWhereReadersHaveNotPassedYet() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("gone", 2, "a"));
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    rollback(writer, 0, OnePartition.LOG);
    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 0, 3);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(state().rebuilding()).as("a row at 3 would be missed").isTrue();
    writer.snapshot(0, 4, 4);
    partition.tell(writer, partition.document("new", 4));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("gone@4 DELETED", "kept@3 ACTIVE");
  }

  @Test
  void aRebuildWithoutLossesEndsWhereItBegan() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    rollback(writer, 0, OnePartition.LOG);
    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 0, 3);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(state().rebuilding()).isFalse();
    assertThat(state().position().seqno()).isEqualTo(3);
    assertThat(partition.rows("a")).containsExactly("kept@3 ACTIVE");
  }

  @Test
  void aFlushedBucketIsIndexedAnewAndTheRestIsToldGone() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("gone", 2, "a"));
    partition.tell(writer, partition.document("back", 3, "a"));
    partition.turns.untilQuiet();
    rollback(writer, 0, FLUSHED);
    assertThat(partition.rows("a")).isEmpty();
    writer.opened(0, FLUSHED);
    writer.snapshot(0, 0, 1);
    partition.tell(writer, partition.document("back", 1, "b"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("gone@1 DELETED");
    assertThat(partition.rows("b")).containsExactly("back@1 ACTIVE");
    assertThat(state().history().resumePoint(77, 3)).isZero();
  }

  @Test
  void whatARebuildHasToFindStaysWhileBlocksAreRewritten() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("gone", 2, "a"));
    partition.tell(writer, partition.document("back", 3, "a"));
    partition.turns.untilQuiet();
    rollback(writer, 0, FLUSHED);
    writer.opened(0, FLUSHED);
    writer.snapshot(0, 0, 2);
    partition.tell(writer, partition.document("back", 1, "a"));
    partition.turns.untilQuiet();
    partition.tell(writer, partition.document("new", 2, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a"))
        .containsExactly("back@1 ACTIVE", "gone@2 DELETED", "new@2 ACTIVE");
  }

  @Test
  void aRebuildThatIsInterruptedBeginsAgain() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("gone", 2, "a"));
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();
    rollback(writer, 0, OnePartition.LOG);
    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 0, 9);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.turns.untilQuiet();

    partition.probe =
        (number, reached) -> {
          if (reached == WriterStep.STABLE) {
            throw new IllegalStateException("crashed");
          }
        };
    PartitionWriter crashing = partition.takeAndOpen(9);
    partition.tell(crashing, partition.document("kept", 3, "a"));
    partition.tell(crashing, partition.document("new", 9, "a"));
    partition.turns.untilQuiet();
    partition.probe = WriterProbe.NONE;
    PartitionWriter next = partition.take();
    assertThat(next.positions().get(0)).isEqualTo(StreamPosition.BEGINNING);
    next.opened(0, OnePartition.LOG);
    next.snapshot(0, 0, 10);
    partition.tell(next, partition.document("kept", 3, "a"));
    partition.tell(next, partition.document("new", 10, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a"))
        .containsExactly("gone@10 DELETED", "kept@3 ACTIVE", "new@10 ACTIVE");
  }

  @Test
  void historyThatIsLostBehindARebuildingStreamIsUndoneWhileItGoesOn() {
    PartitionWriter writer = indexedUpToEight();
    rollback(writer, 0, OnePartition.LOG);
    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 0, 4);
    partition.tell(writer, partition.document("kept", 3, "a"));
    partition.tell(writer, partition.document("moved", 4, "a"));
    partition.turns.untilQuiet();
    // The stream stands at 4 and may go on; readers have seen up to 8, and 5 is the common point.
    writer.opened(0, NEWER);
    partition.turns.untilQuiet();
    assertThat(state().stable()).isEqualTo(5);
    assertThat(state().rebuilding()).isTrue();
    assertThat(partition.rows("a")).containsExactly("kept@3 ACTIVE", "moved@4 ACTIVE");
    writer.snapshot(0, 4, 6);
    partition.tell(writer, partition.document("new", 6, "a"));
    partition.turns.untilQuiet();
    assertThat(state().rebuilding()).isFalse();
    assertThat(partition.rows("a")).contains("new@6 ACTIVE", "kept@3 ACTIVE", "moved@4 ACTIVE");
  }

  /**
   * A rollback goes back to the start of a snapshot of which a part is still true; before the
   * stream brings that again, some of it is lost too. Compaction has removed what that had
   * replaced.
   */
  @Test
  void untilWhatIsStillTrueAboveIsBroughtAgainThePositionOwesWhatItHasReplaced() {
    owingWhatIsAtSeven();
    assertThat(state().position()).isEqualTo(new StreamPosition(77, 3, 2, 7));
    assertThat(state().history().resumePoint(77, 9)).as("who saw what is lost").isEqualTo(3);

    // Up to 5 all is as it was: a stream from there would not be refused.
    IndexedChange before = partition.document("moved", 3, "a");
    PartitionWriter next = partition.take();
    List<FailoverEntry> newest = List.of(new FailoverEntry(99, 5), new FailoverEntry(77, 0));
    rollback(next, 2, newest);
    next.opened(0, newest);
    next.snapshot(0, 2, 6);
    partition.tell(next, before);
    partition.tell(next, partition.document("new", 6, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("moved@3 ACTIVE", "new@6 ACTIVE");
    assertThat(state().history().resumePoint(77, 9)).as("who saw it leave").isLessThan(3);
  }

  /** Nothing that is indexed may lie where history was lost: the stream need not come as far. */
  @Test
  void whatIsOwedEndsWithTheLastRowThatIsStillTrue() {
    PartitionWriter writer = owingWhatIsAtSeven();
    writer.opened(0, LOST_NINE);
    writer.snapshot(0, 2, 7);
    assertThat(state().stable()).isEqualTo(3);
    partition.tell(writer, moved(7));
    partition.turns.untilQuiet();
    assertThat(state().stable()).isEqualTo(7);
    assertThat(partition.rows("a")).containsExactly("moved@7 REMOVED");
  }

  /** The index after a first loss, of what is at 9: {@code moved@7} is true, and owed. */
  private PartitionWriter owingWhatIsAtSeven() {
    PartitionWriter writer = partition.takeAndOpen(3);
    partition.tell(writer, partition.document("moved", 3, "a"));
    writer.snapshot(0, 3, 9);
    partition.tell(writer, moved(7));
    partition.tell(writer, partition.document("lost", 9, "a"));
    partition.turns.untilQuiet();
    writer.compact();
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("lost@9 ACTIVE", "moved@7 REMOVED");
    partition.documents.remove("lost");
    rollback(writer, 3, LOST_NINE);
    return writer;
  }

  @Test
  void whatIsOwedIsOwedAfterAnotherLossAboveIt() {
    PartitionWriter writer = owingWhatIsAtSeven();
    writer.opened(0, LOST_NINE);
    writer.snapshot(0, 2, 12);
    writer.advanced(0, 4);
    partition.turns.untilQuiet();
    List<FailoverEntry> newest =
        List.of(new FailoverEntry(99, 10), new FailoverEntry(88, 8), new FailoverEntry(77, 0));
    assertThat(rollback(writer, 2, newest)).isEqualTo(new StreamPosition(77, 2, 1, 7));
  }

  /** Three failovers: what is owed is on a branch that was not lost by the third. */
  @Test
  void whatIsOwedIsBroughtByAStreamThatGoesOnWhenAYoungerBranchIsLost() {
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("moved", 2, "a"));
    writer.snapshot(0, 3, 3);
    partition.tell(writer, partition.document("kept", 3, "a"));
    writer.snapshot(0, 4, 9);
    partition.tell(writer, moved(7));
    partition.tell(writer, partition.document("lost", 9, "a"));
    partition.turns.untilQuiet();
    partition.documents.remove("lost");
    rollback(
        writer,
        3,
        List.of(new FailoverEntry(99, 12), new FailoverEntry(88, 8), new FailoverEntry(77, 0)));
    StreamPosition owing = new StreamPosition(77, 3, 2, 7);
    assertThat(state().position()).isEqualTo(owing);

    // What was between 11 and 12 on branch 88 nobody has seen: the stream is not refused.
    writer.opened(
        0, List.of(new FailoverEntry(66, 11), new FailoverEntry(88, 8), new FailoverEntry(77, 0)));
    partition.turns.untilQuiet();
    assertThat(state().position()).isEqualTo(owing);
    assertThat(partition.rows("a")).contains("kept@3 ACTIVE");
    writer.snapshot(0, 2, 7);
    partition.tell(writer, moved(7));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).containsExactly("kept@3 ACTIVE", "moved@7 REMOVED");
  }

  @Test
  void aRebuildBringsBackWhatWasStillTrueAboveARollbackAndIsLost() {
    PartitionWriter writer = owingWhatIsAtSeven();
    // Tombstones were purged: nothing more is lost, and the stream begins anew.
    assertThat(rollback(writer, 0, LOST_NINE)).isEqualTo(StreamPosition.BEGINNING);
    IndexedChange before = partition.document("moved", 3, "a");
    List<FailoverEntry> newest = List.of(new FailoverEntry(99, 5), new FailoverEntry(77, 0));
    writer.opened(0, newest);
    writer.snapshot(0, 0, 6);
    partition.tell(writer, before);
    partition.tell(writer, partition.document("new", 6, "a"));
    partition.turns.untilQuiet();
    assertThat(state().rebuilding()).isFalse();
    assertThat(partition.rows("a"))
        .containsExactly("lost@6 DELETED", "moved@3 ACTIVE", "new@6 ACTIVE");
  }

  /** The data service asks to go back to 7; when it is asked for its log, it has lost more. */
  @Test
  void historyThatIsLostBeforeTheLogIsToldIsUndone() {
    PartitionWriter writer = indexedUpToEight();
    StreamPosition from = rollback(writer, 7, NEWER);
    assertThat(from).isEqualTo(StreamPosition.at(88, 5));
    assertThat(state().stable()).isEqualTo(5);
    writer.opened(0, NEWER);
    writer.snapshot(0, 5, 6);
    partition.tell(writer, partition.document("new", 6, "b"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("b")).containsExactly("new@6 ACTIVE");
  }

  /** {@code moved} leaves "a" for "b". */
  private IndexedChange moved(long seqno) {
    String revision = seqno + "-abcd";
    return new IndexedChange(
        "moved",
        0,
        seqno,
        List.of(
            new Membership(Batch.EVERYTHING, seqno, revision, EntryState.ACTIVE),
            new Membership("a", seqno, revision, EntryState.REMOVED),
            new Membership("b", seqno, revision, EntryState.ACTIVE)));
  }

  @Test
  void whoIsGoneAlthoughAStateSurvivedMakesTheVbucketRunAgain() {
    PartitionWriter writer = partition.takeAndOpen(8);
    partition.tell(writer, partition.document("gone", 3, "a"));
    partition.tell(writer, partition.document("gone", 8, "a"));
    partition.turns.untilQuiet();
    partition.documents.clear();
    assertThat(rollback(writer, 5, NEWER)).isEqualTo(StreamPosition.BEGINNING);
    assertThat(state().rebuilding()).isTrue();
  }

  @Test
  void aStreamThatNeverBeganHasNothingToRebuild() {
    assertThat(rollback(partition.take(), 0, FLUSHED)).isEqualTo(StreamPosition.BEGINNING);
    assertThat(state().rebuilding()).isFalse();
  }
}
