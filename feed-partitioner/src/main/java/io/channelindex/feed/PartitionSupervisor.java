package io.channelindex.feed;

import com.couchbase.client.dcp.Client;
import io.channelindex.feed.PartitionStatus.State;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one partition going: takes it, opens its streams, and when its session stops closes the
 * streams, gives back what the session held of flow control, waits, and takes it again.
 *
 * <p>Methods without another note are for the feed's thread only.
 */
final class PartitionSupervisor implements StreamControl.Host {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionSupervisor.class);

  private final int partition;
  private final PartitionOwner owner;
  private final FeedThread thread;
  private final FeedCounters counters;
  private final Backoff backoff;
  private final Duration steady;
  private final Map<Integer, StreamControl> streams = new TreeMap<>();

  private volatile State state = State.STARTING;
  private volatile @Nullable String reason;
  private final AtomicLong restarts = new AtomicLong();

  private @Nullable PartitionSession session;
  private @Nullable FlowLedger ledger;
  private @Nullable Future<?> timer;

  /** What has to end before anything else may begin: a take, or the end of a session. */
  private CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);

  private boolean closed;
  private long runningSince;

  /** Prepares a partition; {@link #take} starts it. */
  PartitionSupervisor(
      int partition,
      PartitionMap map,
      PartitionOwner owner,
      Client client,
      FeedSettings settings,
      FeedThread thread,
      FeedCounters counters,
      RandomGenerator random) {
    this.partition = partition;
    this.owner = owner;
    this.thread = thread;
    this.counters = counters;
    this.steady = settings.backoffMax();
    this.backoff = new Backoff(settings.backoffMin(), settings.backoffMax(), random);
    for (int vbucket = map.first(partition); vbucket <= map.last(partition); vbucket++) {
      Backoff ofStream = new Backoff(settings.backoffMin(), settings.backoffMax(), random);
      streams.put(
          vbucket, new StreamControl(vbucket, client, thread, counters, ofStream, steady, this));
    }
  }

  /** The streams of the partition's vbuckets. Any thread. */
  Collection<StreamControl> streams() {
    return streams.values();
  }

  /** Takes the partition, now. */
  void take() {
    timer = null;
    state = State.STARTING;
    CompletableFuture<PartitionSession> taken;
    try {
      taken = owner.take(partition).toCompletableFuture();
    } catch (RuntimeException e) {
      taken = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Boolean> settled = new CompletableFuture<>();
    underWay = settled;
    var unused =
        taken.whenComplete(
            (newSession, problem) ->
                thread.execute(
                    () -> {
                      if (problem != null) {
                        settled.complete(false);
                        giveUp(problem);
                      } else {
                        begin(newSession, settled);
                      }
                    }));
  }

  private void begin(PartitionSession newSession, CompletableFuture<Boolean> settled) {
    if (closed) {
      var unused = end(newSession).whenComplete((done, problem) -> settled.complete(false));
      return;
    }
    settled.complete(true);
    start(newSession);
  }

  private void start(PartitionSession newSession) {
    session = newSession;
    FlowLedger newLedger = new FlowLedger(counters.buffered);
    ledger = newLedger;
    var unused =
        newSession
            .stopped()
            .whenComplete(
                (done, problem) ->
                    thread.execute(
                        () -> {
                          if (session == newSession) {
                            halt(problem == null ? ended() : problem);
                          }
                        }));
    try {
      Map<Integer, StreamPosition> positions = newSession.positions();
      streams.forEach(
          (vbucket, stream) -> stream.start(newSession, newLedger, position(positions, vbucket)));
    } catch (RuntimeException e) {
      halt(e);
    }
  }

  private FeedException ended() {
    return new FeedException("session ended: partition=" + partition, null);
  }

  private StreamPosition position(Map<Integer, StreamPosition> positions, int vbucket) {
    StreamPosition position = positions.get(vbucket);
    if (position == null) {
      throw new FeedException(
          "session has no position: partition=" + partition + ", vbucket=" + vbucket, null);
    }
    return position;
  }

  @Override
  public void streamOpened() {
    if (state == State.STARTING && openStreams() == streams.size()) {
      state = State.RUNNING;
      reason = null;
      runningSince = System.nanoTime();
      LOG.debug("Partition runs: partition={}, streams={}", partition, streams.size());
    }
  }

  @Override
  public void streamBroken(Throwable problem) {
    halt(problem);
  }

  /** Ends the session, and takes the partition again later unless it is lost. */
  private void halt(Throwable problem) {
    PartitionSession ending = session;
    if (ending == null) {
      return;
    }
    if (state == State.RUNNING && System.nanoTime() - runningSince >= steady.toNanos()) {
      backoff.reset();
    }
    giveUp(problem, closeAll(ending));
  }

  /** Streams first, so that the session is not told anything while it ends. */
  private CompletableFuture<Void> closeAll(PartitionSession ending) {
    session = null;
    List<CompletableFuture<?>> closing = new ArrayList<>();
    streams.values().forEach(stream -> closing.add(stream.stop()));
    if (ledger != null) {
      ledger.release();
      ledger = null;
    }
    CompletableFuture<?> end = end(ending);
    underWay = end;
    closing.add(end);
    return CompletableFuture.allOf(closing.toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<@Nullable Void> end(PartitionSession ending) {
    CompletableFuture<Void> end;
    try {
      end = ending.close().toCompletableFuture();
    } catch (RuntimeException e) {
      end = CompletableFuture.failedFuture(e);
    }
    return end.handle(
        (done, problem) -> {
          if (problem != null) {
            LOG.warn("Session did not close well: partition={}", partition, problem);
          }
          return null;
        });
  }

  private void giveUp(Throwable problem) {
    giveUp(problem, CompletableFuture.completedFuture(null));
  }

  private void giveUp(Throwable problem, CompletableFuture<?> afterwards) {
    if (closed) {
      return;
    }
    Throwable cause = FeedException.cause(problem);
    reason = FeedException.describe(cause);
    if (cause instanceof OwnershipLostException) {
      state = State.LOST;
      LOG.warn("Partition is lost: partition={}, reason={}", partition, reason);
      return;
    }
    state = State.BACKING_OFF;
    Duration delay = backoff.next();
    LOG.warn("Partition stopped: partition={}, retry after {}", partition, delay, cause);
    var unused = afterwards.whenComplete((done, late) -> thread.execute(() -> takeAfter(delay)));
  }

  private void takeAfter(Duration delay) {
    if (!closed) {
      timer =
          thread.schedule(
              delay,
              () -> {
                restarts.incrementAndGet();
                take();
              });
    }
  }

  /**
   * Closes streams and session for good.
   *
   * @return completes when nothing of the partition is under way any more
   */
  CompletableFuture<?> close() {
    closed = true;
    state = State.CLOSED;
    if (timer != null) {
      timer.cancel(false);
    }
    PartitionSession ending = session;
    if (ending != null) {
      // The connections are closed next: no need to wait for the streams.
      var unused = closeAll(ending);
    }
    return underWay;
  }

  private int openStreams() {
    int open = 0;
    for (StreamControl stream : streams.values()) {
      if (stream.stream().phase() == VbucketStream.Phase.OPEN) {
        open++;
      }
    }
    return open;
  }

  /**
   * How the partition is. Any thread.
   *
   * @param connection whose lost nodes are seen at once, while streams that were lost with them are
   *     known as such only when the node is back
   */
  PartitionStatus status(DcpConnection connection) {
    List<String> lostNodes = connection.lostNodes();
    State now = state;
    int open = lostNodes.isEmpty() || connection.isConnected() ? openStreams() : 0;
    String why = reason;
    boolean running = now == State.RUNNING || (now == State.STARTING && why == null);
    if (running && !lostNodes.isEmpty()) {
      why = "no connection: nodes=" + lostNodes;
    } else if (running && open < streams.size()) {
      why = whyNotOpen();
    }
    return new PartitionStatus(partition, now, open, streams.size(), why, restarts.get());
  }

  private String whyNotOpen() {
    List<String> missing = new ArrayList<>();
    streams.forEach(
        (vbucket, stream) -> {
          if (stream.stream().phase() != VbucketStream.Phase.OPEN) {
            String trouble = stream.trouble();
            missing.add(trouble == null ? vbucket.toString() : vbucket + " (" + trouble + ")");
          }
        });
    return "streams are not open: vbuckets=" + missing;
  }
}
