package io.channelindex.perf.indexing;

import io.channelindex.feed.Change;
import io.channelindex.feed.PartitionOwner;
import io.channelindex.feed.PartitionSession;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;

/**
 * Stands between the streams and who indexes them: lets an index that has nothing begin where the
 * documents to be measured begin, so that it is not given what lies before them in the bucket, and
 * keeps changes back while it is closed. What it keeps back is not acknowledged, and has to fit
 * into the buffer of the feed's flow control.
 *
 * <p>Thread-safe.
 */
final class Gate implements PartitionOwner {
  private final PartitionOwner owner;
  private final Map<Integer, StreamPosition> beginning;
  private final IntConsumer taken;
  private final AtomicLongArray arrived;
  private final Map<Integer, Passage> passages = new ConcurrentHashMap<>();
  private final LongAdder passed = new LongAdder();
  private volatile boolean open;
  private volatile Runnable onChange = () -> {};

  /**
   * @param owner who indexes
   * @param beginning where streams begin at the earliest, for each vbucket
   * @param taken told of each partition that was taken, before anything is streamed
   */
  Gate(PartitionOwner owner, Map<Integer, StreamPosition> beginning, IntConsumer taken) {
    this.owner = owner;
    this.beginning = Map.copyOf(beginning);
    this.taken = taken;
    this.arrived = new AtomicLongArray(beginning.size());
    beginning.forEach((vbucket, position) -> arrived.set(vbucket, position.seqno()));
  }

  @Override
  public CompletionStage<PartitionSession> take(int partition) {
    return owner
        .take(partition)
        .thenApply(
            session -> {
              taken.accept(partition);
              Passage passage = new Passage(session);
              passages.put(partition, passage);
              return passage;
            });
  }

  /** Whether everything up to a seqno per vbucket has arrived here. */
  boolean hasArrived(long[] to) {
    for (int vbucket = 0; vbucket < to.length; vbucket++) {
      if (Long.compareUnsigned(arrived.get(vbucket), to[vbucket]) < 0) {
        return false;
      }
    }
    return true;
  }

  /** How many changes have passed so far. */
  long passed() {
    return passed.sum();
  }

  /**
   * Lets pass what was kept back, and everything from now on.
   *
   * @param first run before the first change passes, once, on the thread that brings it
   */
  void open(Runnable first) {
    onChange =
        new Runnable() {
          private boolean done;

          @Override
          public synchronized void run() {
            if (!done) {
              done = true;
              first.run();
              onChange = () -> {};
            }
          }
        };
    open = true;
    passages.values().forEach(Passage::drain);
  }

  /** Keeps back what comes from now on. */
  void close() {
    open = false;
  }

  /** One partition's. */
  private final class Passage implements PartitionSession {
    private final PartitionSession session;
    private final Queue<Runnable> kept = new ArrayDeque<>();

    Passage(PartitionSession session) {
      this.session = session;
    }

    @Override
    public Map<Integer, StreamPosition> positions() {
      Map<Integer, StreamPosition> positions = new HashMap<>(session.positions());
      positions.replaceAll(
          (vbucket, position) -> position.seqno() == 0 ? beginning.get(vbucket) : position);
      return positions;
    }

    @Override
    public void opened(int vbucket, List<FailoverEntry> log) {
      session.opened(vbucket, log);
    }

    @Override
    public void snapshot(int vbucket, long start, long end) {
      pass(() -> session.snapshot(vbucket, start, end));
    }

    @Override
    public void change(Change change) {
      pass(
          () -> {
            onChange.run();
            passed.increment();
            session.change(change);
          });
      arrived.set(change.vbucket(), change.seqno());
    }

    @Override
    public void advanced(int vbucket, long seqno) {
      pass(() -> session.advanced(vbucket, seqno));
      arrived.set(vbucket, seqno);
    }

    private synchronized void pass(Runnable event) {
      if (open && kept.isEmpty()) {
        event.run();
      } else {
        kept.add(event);
      }
    }

    synchronized void drain() {
      for (Runnable event = kept.poll(); event != null; event = kept.poll()) {
        event.run();
      }
    }

    @Override
    public CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log) {
      return session.rollback(vbucket, to, log);
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
}
