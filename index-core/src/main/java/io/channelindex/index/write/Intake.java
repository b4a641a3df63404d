package io.channelindex.index.write;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What arrived of the partition's streams and is in no commit yet, in the order of each vbucket,
 * every step with the position at which it leaves the stream.
 *
 * <p>Changes hold memory that the stream's flow control bounds; progress without changes is merged
 * into one step, so that memory is bounded by the changes.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Intake {
  private final int firstVbucket;
  private final Queue[] queues;
  private final Set<String> channels = new HashSet<>();
  private int turn;
  private int waiting;
  private long bytes;

  /** Streams that go on from these positions. */
  Intake(int firstVbucket, List<VbucketProgress> vbuckets) {
    this.firstVbucket = firstVbucket;
    this.queues = new Queue[vbuckets.size()];
    for (int i = 0; i < queues.length; i++) {
      VbucketProgress progress = vbuckets.get(i);
      queues[i] = new Queue(progress.vbucket(), progress.position(), progress.stable());
    }
  }

  /**
   * What arrives from now on belongs to the newest branch of this failover log.
   *
   * @throws IllegalStateException if what arrived before is none of that history: the stream would
   *     bring it anew, and it would be taken for a replay
   */
  void opened(int vbucket, List<FailoverEntry> log) {
    queue(vbucket).stream.opened(log);
  }

  void snapshot(int vbucket, long start, long end) {
    queue(vbucket).stream.snapshot(start, end);
  }

  /**
   * Takes a change in, unless it is one that arrived before.
   *
   * @return whether it was taken in
   */
  boolean change(
      int vbucket,
      long seqno,
      CompletableFuture<Optional<IndexedChange>> change,
      Runnable done,
      long nanos) {
    Queue queue = queue(vbucket);
    if (!queue.stream.moveTo(seqno)) {
      return false;
    }
    add(queue, queue.arrival(vbucket, change, done, nanos));
    return true;
  }

  void advanced(int vbucket, long seqno, long nanos) {
    Queue queue = queue(vbucket);
    if (!queue.stream.advanceTo(seqno)) {
      return;
    }
    long since = nanos;
    Arrival last = queue.arrivals.peekLast();
    if (last != null && last.change() == null) {
      queue.arrivals.removeLast();
      waiting--;
      bytes -= last.bytes();
      // However steadily more comes, it has been waiting since the first.
      since = last.nanos();
    }
    add(queue, queue.arrival(vbucket, null, Arrival::nobodyWaits, since));
  }

  private void add(Queue queue, Arrival arrival) {
    queue.arrivals.add(arrival);
    waiting++;
    bytes += arrival.bytes();
    arrival.addChannels(channels);
  }

  /** How many steps are waiting. */
  int waiting() {
    return waiting;
  }

  /** What they take, about. */
  long bytes() {
    return bytes;
  }

  /** How many channels they touch, but for those that were not known when they arrived. */
  int channels() {
    return channels.size();
  }

  /** Whether there is something that a commit could take. */
  boolean isReady() {
    for (Queue queue : queues) {
      Arrival first = queue.arrivals.peekFirst();
      if (first != null && first.isReady()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Removes what is ready, of each vbucket in its order, beginning with another vbucket each time.
   *
   * @param limit the most steps
   * @param byteLimit the most that they may take, but for a first one that takes more
   * @param last whether no more of its vbucket may be taken after a step
   */
  List<Arrival> collect(int limit, long byteLimit, Predicate<Arrival> last) {
    List<Arrival> collected = new ArrayList<>(Math.min(limit, waiting));
    long left = byteLimit;
    turn = (turn + 1) % queues.length;
    for (int i = 0; i < queues.length && collected.size() < limit && left > 0; i++) {
      left = collect(queues[(turn + i) % queues.length], limit, left, last, collected);
    }
    waiting -= collected.size();
    countChannels();
    return collected;
  }

  /** Takes of one vbucket; what is left of the bytes, 0 if the next step does not fit. */
  private long collect(
      Queue queue, int limit, long byteLimit, Predicate<Arrival> last, List<Arrival> collected) {
    long left = byteLimit;
    while (collected.size() < limit) {
      Arrival first = queue.arrivals.peekFirst();
      if (first == null || !first.isReady()) {
        return left;
      }
      if (first.bytes() > left && !collected.isEmpty()) {
        return 0;
      }
      collected.add(queue.arrivals.removeFirst());
      bytes -= first.bytes();
      left = Math.max(0, left - first.bytes());
      if (last.test(first)) {
        return left;
      }
    }
    return left;
  }

  /** Of what is still there. */
  private void countChannels() {
    channels.clear();
    if (waiting > 0) {
      for (Queue queue : queues) {
        queue.arrivals.forEach(arrival -> arrival.addChannels(channels));
      }
    }
  }

  /** Removes everything of a vbucket, whose stream goes on from another position. */
  List<Arrival> restart(int vbucket, StreamPosition position, long stable) {
    Queue dropped = queue(vbucket);
    queues[vbucket - firstVbucket] = new Queue(vbucket, position, stable);
    waiting -= dropped.arrivals.size();
    dropped.arrivals.forEach(arrival -> bytes -= arrival.bytes());
    countChannels();
    return List.copyOf(dropped.arrivals);
  }

  /** Removes everything. */
  List<Arrival> clear() {
    List<Arrival> dropped = new ArrayList<>(waiting);
    for (Queue queue : queues) {
      dropped.addAll(queue.arrivals);
      queue.arrivals.clear();
    }
    waiting = 0;
    bytes = 0;
    channels.clear();
    return dropped;
  }

  /** When the oldest change arrived; {@code otherwise} if there is none. */
  long oldestNanos(long otherwise) {
    long oldest = otherwise;
    for (Queue queue : queues) {
      Arrival first = queue.arrivals.peekFirst();
      if (first != null && first.nanos() - oldest < 0) {
        oldest = first.nanos();
      }
    }
    return oldest;
  }

  private Queue queue(int vbucket) {
    return queues[vbucket - firstVbucket];
  }

  /** One vbucket's. */
  private static final class Queue {
    final Deque<Arrival> arrivals = new ArrayDeque<>();
    final StreamProgress stream;

    Queue(int vbucket, StreamPosition position, long stable) {
      stream = new StreamProgress(vbucket, position, stable);
    }

    Arrival arrival(
        int vbucket,
        @Nullable CompletableFuture<Optional<IndexedChange>> change,
        Runnable done,
        long nanos) {
      return Arrival.of(vbucket, stream.position(), stream.whole(), change, done, nanos);
    }
  }
}
