package io.channelindex.feed;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * Remembers what it was told, and that the rules were kept: a stream is opened before its events,
 * seqnos rise from one open to the next, changes lie within the snapshot that was announced.
 */
final class RecordingSession implements PartitionSession {
  /** What was asked of a rollback. */
  record RollbackCall(int vbucket, long to, List<FailoverEntry> log) {}

  /** What becomes of the memory of a change. */
  enum Acknowledging {
    AT_ONCE,
    NEVER
  }

  private final Map<Integer, StreamPosition> begin;
  private final Acknowledging acknowledging;
  private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Executor elsewhere = ForkJoinPool.commonPool();

  final List<String> violations = new CopyOnWriteArrayList<>();
  final List<RollbackCall> rollbacks = new CopyOnWriteArrayList<>();
  volatile boolean closed;

  RecordingSession(Map<Integer, StreamPosition> begin, Acknowledging acknowledging) {
    this.begin = Map.copyOf(begin);
    this.acknowledging = acknowledging;
    begin.forEach((vbucket, position) -> streams.put(vbucket, new Stream(position)));
  }

  /** One vbucket's; guarded by itself. */
  private static final class Stream {
    final List<Change> changes = new ArrayList<>();
    final List<List<FailoverEntry>> logs = new ArrayList<>();
    StreamPosition position;
    long snapshotStart;
    long snapshotEnd = -1;

    Stream(StreamPosition position) {
      this.position = position;
    }

    long vbuuid() {
      return logs.get(logs.size() - 1).get(0).vbuuid();
    }
  }

  List<Change> changes(int vbucket) {
    Stream stream = streams.get(vbucket);
    synchronized (stream) {
      return List.copyOf(stream.changes);
    }
  }

  int changeCount() {
    return streams.keySet().stream().mapToInt(vbucket -> changes(vbucket).size()).sum();
  }

  List<List<FailoverEntry>> logs(int vbucket) {
    Stream stream = streams.get(vbucket);
    synchronized (stream) {
      return List.copyOf(stream.logs);
    }
  }

  StreamPosition position(int vbucket) {
    Stream stream = streams.get(vbucket);
    synchronized (stream) {
      return stream.position;
    }
  }

  /** Where another session would go on. */
  Map<Integer, StreamPosition> allPositions() {
    Map<Integer, StreamPosition> all = new ConcurrentHashMap<>();
    streams.keySet().forEach(vbucket -> all.put(vbucket, position(vbucket)));
    return all;
  }

  void fail(Throwable problem) {
    stopped.completeExceptionally(problem);
  }

  @Override
  public Map<Integer, StreamPosition> positions() {
    return begin;
  }

  @Override
  public void opened(int vbucket, List<FailoverEntry> log) {
    Stream stream = streams.get(vbucket);
    synchronized (stream) {
      stream.logs.add(log);
      stream.snapshotEnd = -1;
    }
  }

  @Override
  public void snapshot(int vbucket, long start, long end) {
    Stream stream = streams.get(vbucket);
    synchronized (stream) {
      require(!stream.logs.isEmpty(), "snapshot before open: vbucket=" + vbucket);
      require(end >= start, "snapshot backwards: vbucket=" + vbucket);
      stream.snapshotStart = start;
      stream.snapshotEnd = end;
    }
  }

  @Override
  public void change(Change change) {
    Stream stream = streams.get(change.vbucket());
    synchronized (stream) {
      move(change.vbucket(), stream, change.seqno());
      stream.changes.add(change);
    }
    if (acknowledging == Acknowledging.AT_ONCE) {
      change.acknowledge().run();
    }
  }

  @Override
  public void advanced(int vbucket, long seqno) {
    Stream stream = streams.get(vbucket);
    synchronized (stream) {
      move(vbucket, stream, seqno);
    }
  }

  private void move(int vbucket, Stream stream, long seqno) {
    String where = ": vbucket=" + vbucket + ", seqno=" + seqno;
    require(!closed, "event after close" + where);
    require(!stream.logs.isEmpty(), "event before open" + where);
    require(
        Long.compareUnsigned(seqno, stream.position.seqno()) > 0,
        "event at or below " + stream.position + where);
    boolean inside = stream.snapshotStart <= seqno && seqno <= stream.snapshotEnd;
    require(inside, "event outside of " + stream.snapshotStart + "-" + stream.snapshotEnd + where);
    if (inside) {
      stream.position =
          new StreamPosition(stream.vbuuid(), seqno, stream.snapshotStart, stream.snapshotEnd);
    }
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      violations.add(otherwise);
    }
  }

  /** Forgets what is above and goes on there, on the newest branch that has it. */
  @Override
  public CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log) {
    rollbacks.add(new RollbackCall(vbucket, to, log));
    return CompletableFuture.supplyAsync(
        () -> {
          Stream stream = streams.get(vbucket);
          synchronized (stream) {
            stream.changes.removeIf(change -> Long.compareUnsigned(change.seqno(), to) > 0);
            stream.position = to == 0 ? StreamPosition.BEGINNING : at(to, log);
            return stream.position;
          }
        },
        elsewhere);
  }

  private static StreamPosition at(long to, List<FailoverEntry> log) {
    for (FailoverEntry entry : log) {
      if (Long.compareUnsigned(entry.seqno(), to) <= 0) {
        return StreamPosition.at(entry.vbuuid(), to);
      }
    }
    throw new AssertionError("no branch has seqno=" + to + ", log=" + log);
  }

  @Override
  public CompletionStage<Void> stopped() {
    return stopped;
  }

  @Override
  public CompletionStage<Void> close() {
    closed = true;
    return CompletableFuture.completedFuture(null);
  }
}
