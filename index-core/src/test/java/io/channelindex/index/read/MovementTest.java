package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.Movement.Reach;
import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader makes of two stable documents that it saw one after the other. */
class MovementTest {
  private static final List<FailoverEntry> LOG = List.of(new FailoverEntry(77, 0));
  private static final List<FailoverEntry> NEWER =
      List.of(new FailoverEntry(88, 14), new FailoverEntry(77, 0));

  private static StableDocument document(long commit, long stable, BranchHistory history) {
    StreamPosition position = StreamPosition.at(history.current(), stable);
    VbucketState state = new VbucketState(stable, position, history, false);
    return new StableDocument(0, 0, 1, "owner", commit, List.of(state), List.of(Touched.ALL));
  }

  @Test
  void aFailoverBehindWhatIsStableUndoesNothing() {
    BranchHistory before = BranchHistory.NONE.observe(LOG);
    StableDocument after = document(2, 14, before.observe(NEWER));
    assertThat(Movement.forward(document(1, 14, before), after).reach()).isEqualTo(Reach.ALL);
  }

  /** Between the two the vbucket went back to 0 and came to the same seqno, which is true still. */
  @Test
  void aRebuildUpToTheSameSeqnoIsNotPassedOver() {
    BranchHistory before = BranchHistory.NONE.observe(LOG);
    StableDocument after = document(9, 14, before.rolledBack(14, 0, NEWER));
    assertThat(after.vbucket(0).history().contains(77, 14)).isTrue();
    assertThat(Movement.forward(document(1, 14, before), after).reach()).isEqualTo(Reach.UNDONE);
  }
}
