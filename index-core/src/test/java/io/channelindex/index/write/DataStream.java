package io.channelindex.index.write;

import io.channelindex.index.write.DataVbucket.Version;
import io.channelindex.sequence.StreamPosition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A stream of one vbucket of a history, as DCP and the client make it. */
final class DataStream {
  private final Surroundings around;
  private final int vbucket;
  private final DataVbucket source;
  private final PartitionIndexer writer;
  private StreamPosition position;
  private boolean open;
  private boolean rollingBack;
  private Optional<Long> refused = Optional.empty();
  private DataVbucket.Snapshot snapshot;
  private int next;
  private List<?> openLog = List.of();

  /** Where a stream is. */
  interface Surroundings {
    /** Decides when changes are known. */
    Random random();

    /** As time goes by. */
    Turns turns();

    /** A stream begins that may make its writer tell of documents that a new index never knew. */
    void begins(DataVbucket source);

    /** A change is told. */
    void told();

    /** A change is not needed any more. */
    void letGo();
  }

  DataStream(
      Surroundings around, DataVbucket source, PartitionIndexer writer, StreamPosition position) {
    this.around = around;
    this.vbucket = source.number();
    this.source = source;
    this.writer = writer;
    this.position = position;
    around.begins(source);
  }

  void step() {
    if (rollingBack) {
      return;
    }
    if (refused.isPresent()) {
      rollBack(refused.get());
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
                position.seqno(), middle ? position.snapshotStart() : position.seqno(), end());
        next = 0;
        writer.snapshot(vbucket, snapshot.start(), snapshot.end());
      }
    } else {
      deliver();
    }
  }

  /** All that there is, or what a checkpoint has of it. */
  private long end() {
    Random random = around.random();
    int rest = Math.toIntExact(source.high() - position.seqno());
    return random.nextInt(3) > 0 ? source.high() : position.seqno() + 1 + random.nextInt(rest);
  }

  /**
   * The connection is lost, and the client goes on where its consumer once began: what it brings
   * then is no news (invariant 4).
   */
  void replay() {
    StreamPosition begin = writer.positions().get(vbucket);
    boolean sameLine = begin.vbuuid() == position.vbuuid() && source.rollbackOf(position).isEmpty();
    if (!rollingBack && refused.isEmpty() && sameLine && source.rollbackOf(begin).isEmpty()) {
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
    refused = source.rollbackOf(position);
    if (refused.isPresent()) {
      // The client asks for the log after it was refused: it may be younger.
      if (around.random().nextInt(3) > 0) {
        rollBack(refused.get());
      }
      return;
    }
    openLog = source.log();
    open = true;
    writer.opened(vbucket, source.log());
  }

  private void rollBack(long to) {
    refused = Optional.empty();
    rollingBack = true;
    writer
        .rollback(vbucket, to, source.log())
        .whenComplete(
            (from, failure) -> {
              if (failure == null) {
                around.begins(source);
                position = from;
                rollingBack = false;
              }
            });
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
    around.told();
    CompletableFuture<Optional<IndexedChange>> stage = new CompletableFuture<>();
    switch (around.random().nextInt(6)) {
      case 0 -> around.turns().execute(() -> stage.complete(change));
      case 1 -> around.turns().after(Duration.ofMillis(1), () -> stage.complete(change));
      default -> stage.complete(change);
    }
    writer.change(vbucket, seqno, stage, around::letGo);
  }
}
