package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.WriterStatus.State;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A document that was undone has been written anew, which only a position can owe, and the vbucket
 * is rebuilt from the beginning, which owes nothing (decision 6): it is indexed anew, whatever is
 * lost before that is done.
 */
class UnwholeRebuildTest {
  private static final FailoverEntry FIRST = new FailoverEntry(77, 0);

  private final OnePartition partition = new OnePartition();

  private VbucketState state() {
    return partition.stable().vbucket(0);
  }

  private void isIndexedAnew() {
    assertThat(state().rebuilding()).isTrue();
    assertThat(state().stable()).isZero();
    assertThat(state().position()).isEqualTo(StreamPosition.BEGINNING);
    assertThat(state().history().resumePoint(77, 1)).as("feeds anywhere").isZero();
  }

  @Test
  void whatWasReplacedBelowIsBroughtWhenWhatReplacedItIsLostBeforeTheStreamHasCome() {
    PartitionWriter writer = partition.takeAndOpen(6);
    partition.tell(writer, partition.document("gone", 1, "e"));
    IndexedChange replaced = partition.document("replaced", 2, "a");
    partition.tell(writer, replaced);
    partition.tell(writer, partition.document("anew", 3, "a"));
    partition.tell(writer, partition.document("replaced", 6, "a"));
    partition.turns.untilQuiet();
    writer.compact();
    partition.turns.untilQuiet();
    writer.snapshot(0, 7, 8);
    partition.tell(writer, partition.document("gone", 7, "e"));
    partition.tell(writer, partition.document("anew", 8, "a"));
    partition.turns.untilQuiet();
    partition.documents.remove("gone");
    partition.document("anew", 9, "c");
    CompletableFuture<StreamPosition> from =
        writer.rollback(0, 6, List.of(new FailoverEntry(88, 6), FIRST)).toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(from).isCompletedWithValue(StreamPosition.BEGINNING);
    isIndexedAnew();

    // All that came after 5 is lost: no stream is refused, because none has begun.
    writer.opened(0, List.of(new FailoverEntry(99, 5), FIRST));
    writer.snapshot(0, 0, 6);
    partition.tell(writer, replaced);
    partition.tell(writer, partition.document("anew", 3, "a"));
    partition.tell(writer, partition.document("new", 6, "b"));
    partition.turns.untilQuiet();
    assertThat(state().rebuilding()).isFalse();
    assertThat(partition.rows("a")).containsExactly("anew@3 ACTIVE", "replaced@2 ACTIVE");
    assertThat(partition.rows("e")).containsExactly("gone@6 DELETED");
  }

  @Test
  void aStreamThatHasPassedWhatIsOwedBeginsAnew() {
    PartitionWriter writer = partition.takeAndOpen(8);
    partition.tell(writer, partition.document("kept", 2, "a"));
    partition.tell(writer, partition.document("anew", 3, "a"));
    partition.tell(writer, partition.document("anew", 8, "a"));
    partition.turns.untilQuiet();
    writer.rollback(0, 0, OnePartition.LOG);
    partition.turns.untilQuiet();
    writer.opened(0, OnePartition.LOG);
    writer.snapshot(0, 0, 6);
    IndexedChange kept = partition.document("kept", 2, "a");
    partition.tell(writer, kept);
    writer.advanced(0, 6);
    partition.turns.untilQuiet();

    // What it was at 5, below which the stream brought nothing of it, may be true again soon.
    partition.document("anew", 9, "c");
    writer.opened(0, List.of(new FailoverEntry(88, 6), FIRST));
    partition.turns.untilQuiet();
    assertThat(writer.status().state()).isEqualTo(State.FAILED);
    isIndexedAnew();

    IndexedChange between = partition.document("anew", 5, "a", "d");
    PartitionWriter next = partition.take();
    assertThat(next.positions().get(0)).isEqualTo(StreamPosition.BEGINNING);
    next.opened(0, List.of(new FailoverEntry(99, 6), FIRST));
    next.snapshot(0, 0, 6);
    partition.tell(next, kept);
    partition.tell(next, between);
    next.advanced(0, 6);
    partition.turns.untilQuiet();
    assertThat(state().rebuilding()).isFalse();
    assertThat(partition.rows("d")).containsExactly("anew@5 ACTIVE");
    assertThat(partition.rows("a")).containsExactly("anew@5 ACTIVE", "kept@2 ACTIVE");
  }
}
