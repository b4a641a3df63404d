package io.channelindex.index.write;

import io.channelindex.index.write.DataVbucket.Version;
import io.channelindex.index.write.WriterHistory.Owner;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A stream of one vbucket of a history, as DCP and the client make it. */
final class DataStream {
  private final WriterHistory history;
  private final Owner owner;
  private final int vbucket;
  private final DataVbucket source;
  private final PartitionWriter writer;
  private StreamPosition position;
  private boolean open;
  private boolean rollingBack;
  private DataVbucket.Snapshot snapshot;
  private int next;
  private List<?> openLog = List.of();

  DataStream(
      WriterHistory history,
      Owner owner,
      int vbucket,
      PartitionWriter writer,
      StreamPosition position) {
    this.history = history;
    this.owner = owner;
    this.vbucket = vbucket;
    this.source = history.data.get(vbucket);
    this.writer = writer;
    this.position = position;
    mayTellOfTheGone();
  }

  void step() {
    if (rollingBack) {
      return;
    }
    boolean purgedAway = snapshot == null && source.rollbackOf(position).isPresent();
    if (purgedAway || !openLog.equals(source.log())) {
      open = false;
    }
    if (!open) {
      open();
    } else if (snapshot == null) {
      if (position.seqno() < source.high()) {
        boolean middle = !position.isConsistent();
        snapshot =
            source.snapshotAfter(
                position.seqno(), middle ? position.snapshotStart() : position.seqno());
        next = 0;
        writer.snapshot(vbucket, snapshot.start(), snapshot.end());
      }
    } else {
      deliver();
    }
  }

  /**
   * The connection is lost, and the client goes on where its consumer once began: what it brings
   * then is no news (invariant 4).
   */
  void replay() {
    StreamPosition begin = writer.positions().get(vbucket);
    boolean sameLine = begin.vbuuid() == position.vbuuid() && source.rollbackOf(position).isEmpty();
    if (!rollingBack && sameLine && source.rollbackOf(begin).isEmpty()) {
      position = begin;
      disconnect();
    }
  }

  @Override
  public String toString() {
    return "position=" + position + ", open=" + open + ", rollingBack=" + rollingBack;
  }

  void disconnect() {
    open = false;
    snapshot = null;
  }

  private void open() {
    snapshot = null;
    Optional<Long> to = source.rollbackOf(position);
    if (to.isPresent()) {
      rollingBack = true;
      writer
          .rollback(vbucket, to.get(), source.log())
          .whenComplete(
              (from, failure) -> {
                if (failure == null) {
                  mayTellOfTheGone();
                  position = from;
                  rollingBack = false;
                }
              });
      return;
    }
    openLog = source.log();
    open = true;
    writer.opened(vbucket, source.log());
  }

  /** A rebuild tells of documents that a new index would never have known. */
  private void mayTellOfTheGone() {
    VbucketState state = history.reading.stable().vbucket(vbucket);
    source.lostTraces |= state.rebuilding() || (state.position().seqno() == 0 && history.taken > 1);
  }

  private void deliver() {
    if (next < snapshot.versions().size()) {
      Version version = snapshot.versions().get(next++);
      tell(version.seqno(), Optional.of(source.change(version)));
      reached(version.seqno());
    } else {
      // A purged or filtered item at the end.
      if (position.seqno() < snapshot.end()) {
        writer.advanced(vbucket, snapshot.end());
        reached(snapshot.end());
      }
      snapshot = null;
    }
    if (snapshot != null && position.seqno() == snapshot.end()) {
      snapshot = null;
    }
  }

  private void reached(long seqno) {
    position =
        new StreamPosition(source.log().get(0).vbuuid(), seqno, snapshot.start(), snapshot.end());
  }

  private void tell(long seqno, Optional<IndexedChange> change) {
    owner.changesTold++;
    CompletableFuture<Optional<IndexedChange>> stage = new CompletableFuture<>();
    switch (history.random.nextInt(6)) {
      case 0 -> history.turns.execute(() -> stage.complete(change));
      case 1 -> history.turns.after(Duration.ofMillis(1), () -> stage.complete(change));
      default -> stage.complete(change);
    }
    writer.change(vbucket, seqno, stage, () -> owner.doneCalls++);
  }
}
