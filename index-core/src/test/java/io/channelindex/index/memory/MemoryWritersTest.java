package io.channelindex.index.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.index.CommitListener;
import io.channelindex.index.write.DocumentSource;
import io.channelindex.index.write.FencedException;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.index.write.PartitionIndexer;
import io.channelindex.index.write.WriterStatus;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What one stream after the other does to an index in memory, step by step. */
class MemoryWritersTest {
  private static final List<FailoverEntry> LOG = List.of(new FailoverEntry(11, 0));

  private long now;
  private final MemoryIndex index = new MemoryIndex(new PartitionMap(4, 2), 64 << 10);
  private final MemoryWriters writers =
      new MemoryWriters(index, new Documents(), Runnable::run, CommitListener.NONE, () -> now);
  private int acknowledged;

  private static final class Documents implements DocumentSource {
    @Override
    public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
      return CompletableFuture.failedFuture(new IllegalStateException("nobody asks"));
    }

    @Override
    public String goneRevision(String documentId, String lastRevision) {
      return "gone after " + lastRevision;
    }
  }

  private PartitionIndexer take() {
    PartitionIndexer writer = writers.take(0).toCompletableFuture().join();
    writer.opened(0, LOG);
    return writer;
  }

  private static CompletableFuture<Optional<IndexedChange>> change(String id, long seqno) {
    return CompletableFuture.completedFuture(
        Optional.of(
            new IndexedChange(
                id,
                0,
                seqno,
                List.of(
                    new Membership("*", seqno, "1-a", EntryState.ACTIVE),
                    new Membership("a", seqno, "1-a", EntryState.ACTIVE)))));
  }

  private void put(PartitionIndexer writer, String id, long seqno) {
    writer.change(0, seqno, change(id, seqno), () -> acknowledged++);
  }

  private VbucketState state() {
    return index.documents().get(0).vbucket(0);
  }

  private List<String> readable() {
    List<Entry> entries = new ArrayList<>();
    index.collect("a", 0, 0, state().stable(), entry -> true, entries);
    return entries.stream()
        .map(entry -> entry.documentId() + '@' + entry.seqno() + entry.state().name().charAt(0))
        .toList();
  }

  @Test
  void onlyWholeSnapshotsAreReadableAndChangesAreLetGoBefore() {
    PartitionIndexer writer = take();
    writer.snapshot(0, 0, 3);
    put(writer, "one", 1);
    put(writer, "two", 2);

    assertThat(readable()).isEmpty();
    assertThat(acknowledged).as("flow control need not wait for the end").isEqualTo(2);

    put(writer, "three", 3);
    assertThat(readable()).containsExactly("one@1A", "two@2A", "three@3A");
    assertThat(state().stable()).isEqualTo(3);
    assertThat(writer.status())
        .returns(3L, WriterStatus::changes)
        .returns(0L, WriterStatus::bytesWritten);
  }

  @Test
  void aChangeThatIsNotKnownYetHoldsUpWhatComesAfterIt() {
    PartitionIndexer writer = take();
    CompletableFuture<Optional<IndexedChange>> slow = new CompletableFuture<>();
    writer.snapshot(0, 0, 1);
    writer.change(0, 1, slow, () -> acknowledged++);
    writer.snapshot(0, 1, 2);
    put(writer, "two", 2);

    assertThat(readable()).isEmpty();
    slow.complete(Optional.empty());

    assertThat(readable()).containsExactly("two@2A");
    assertThat(acknowledged).isEqualTo(2);
  }

  @Test
  void theAgeOfTheOldestChangeIsToldWhateverBecomesReadableMeanwhile() {
    PartitionIndexer writer = take();
    CompletableFuture<Optional<IndexedChange>> slow = new CompletableFuture<>();
    writer.snapshot(0, 0, 2);
    now = 1_000;
    writer.change(0, 1, slow, () -> acknowledged++);
    now = 6_000;
    writer.opened(1, LOG);
    writer.snapshot(1, 0, 1);
    writer.advanced(1, 1);
    assertThat(index.documents().get(0).vbucket(1).stable()).isEqualTo(1);
    assertThat(writer.status().oldestUncommitted()).isEqualTo(Duration.ofNanos(5_000));

    slow.complete(change("one", 1).join());
    now = 8_000;
    assertThat(writer.status().oldestUncommitted())
        .as("its snapshot is not complete")
        .isEqualTo(Duration.ofNanos(7_000));
    writer.advanced(0, 2);
    assertThat(readable()).containsExactly("one@1A");
    assertThat(writer.status().oldestUncommitted()).isZero();
  }

  @Test
  void lostHistoryShowsNothingUntilTheStreamHasBroughtWhatIsLeft() {
    PartitionIndexer writer = take();
    writer.snapshot(0, 0, 3);
    put(writer, "kept", 1);
    put(writer, "lost", 3);
    List<FailoverEntry> log = List.of(new FailoverEntry(12, 2), new FailoverEntry(11, 0));

    assertThat(writer.rollback(0, 2, log).toCompletableFuture().join())
        .isEqualTo(StreamPosition.BEGINNING);
    assertThat(state().stable()).isZero();
    assertThat(state().history().resumePoint(11, 1))
        .as("nobody knows what was passed over")
        .isZero();

    writer.opened(0, log);
    writer.snapshot(0, 0, 2);
    put(writer, "kept", 1);
    put(writer, "older", 2);
    assertThat(readable()).containsExactlyInAnyOrder("kept@1A", "lost@2D", "older@2A");
    assertThat(state().history().current()).isEqualTo(12);
  }

  @Test
  void purgedDocumentsAreToldAboveWhatReadersHaveSeen() {
    PartitionIndexer writer = take();
    writer.snapshot(0, 0, 3);
    put(writer, "kept", 1);
    put(writer, "purged", 2);
    put(writer, "other", 3);
    writer.rollback(0, 0, LOG).toCompletableFuture().join();
    writer.opened(0, LOG);
    writer.snapshot(0, 0, 3);
    put(writer, "kept", 1);
    put(writer, "other", 3);
    assertThat(readable()).as("rows at 3 would be missed").contains("purged@2A");

    writer.snapshot(0, 3, 4);
    put(writer, "new", 4);
    assertThat(readable()).containsExactlyInAnyOrder("kept@1A", "other@3A", "purged@4D", "new@4A");
  }

  @Test
  void whoHadThePartitionBeforeChangesNothing() {
    PartitionIndexer before = take();
    PartitionIndexer now = take();
    before.snapshot(0, 0, 1);
    put(before, "late", 1);

    assertThat(readable()).isEmpty();
    assertThat(before.stopped().toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(FencedException.class);
    assertThat(before.status().state()).isEqualTo(WriterStatus.State.FENCED);
    assertThat(now.status().state()).isEqualTo(WriterStatus.State.RUNNING);
    assertThat(acknowledged).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitStopsEverythingAndStaysSo() {
    PartitionIndexer writer = take();
    writer.snapshot(0, 0, 10_000);
    for (long seqno = 1; seqno <= 10_000; seqno++) {
      put(writer, "document" + seqno, seqno);
    }

    assertThat(index.full().toCompletableFuture().join()).contains("limit=65536");
    assertThat(writer.status().state()).isEqualTo(WriterStatus.State.FAILED);
    assertThat(acknowledged).as("all are let go").isEqualTo(10_000);
    assertThatThrownBy(() -> writers.take(0).toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(MemoryFullException.class);
    assertThat(index.bytes()).as("what was staged is let go").isLessThan(4_000);
  }

  @Test
  void updatesFitWhereAsManyDocumentsWouldNot() {
    PartitionIndexer writer = take();
    for (long seqno = 1; seqno <= 20_000; seqno++) {
      writer.snapshot(0, seqno, seqno);
      put(writer, "document" + seqno % 100, seqno);
    }

    assertThat(writer.status().state()).isEqualTo(WriterStatus.State.RUNNING);
    assertThat(state().stable()).isEqualTo(20_000);
    assertThat(index.bytes()).isLessThan(index.limit());
    assertThat(index.rows()).isBetween(200L, 400L);
  }

  @Test
  void aBreachOfTheStreamsOrderStopsTheWriter() {
    PartitionIndexer writer = take();
    put(writer, "outside", 1);

    assertThat(writer.status().state()).isEqualTo(WriterStatus.State.FAILED);
    assertThat(acknowledged).isEqualTo(1);
    assertThat(state().stable()).isZero();
  }
}
