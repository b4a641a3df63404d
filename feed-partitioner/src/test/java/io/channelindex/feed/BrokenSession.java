package io.channelindex.feed;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A session that does one thing wrong. */
record BrokenSession(PartitionSession session, Fault fault) implements PartitionSession {
  enum Fault {
    NO_POSITION,
    CHANGE_THROWS,
    ROLLBACK_TOO_HIGH,
    ROLLBACK_FAILS
  }

  @Override
  public Map<Integer, StreamPosition> positions() {
    Map<Integer, StreamPosition> positions = new HashMap<>(session.positions());
    if (fault == Fault.NO_POSITION) {
      positions.remove(positions.keySet().iterator().next());
    }
    return positions;
  }

  @Override
  public void opened(int vbucket, List<FailoverEntry> log) {
    session.opened(vbucket, log);
  }

  @Override
  public void snapshot(int vbucket, long start, long end) {
    session.snapshot(vbucket, start, end);
  }

  @Override
  public void change(Change change) {
    if (fault == Fault.CHANGE_THROWS) {
      throw new IllegalStateException("broken");
    }
    session.change(change);
  }

  @Override
  public void advanced(int vbucket, long seqno) {
    session.advanced(vbucket, seqno);
  }

  @Override
  public CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log) {
    return switch (fault) {
      case ROLLBACK_FAILS -> CompletableFuture.failedFuture(new IllegalStateException("broken"));
      case ROLLBACK_TOO_HIGH ->
          CompletableFuture.completedFuture(StreamPosition.at(log.get(0).vbuuid(), to + 1));
      default -> session.rollback(vbucket, to, log);
    };
  }

  @Override
  public CompletionStage<Void> stopped() {
    return session.stopped();
  }

  @Override
  public CompletionStage<Void> close() {
    return session.close();
  }
}
