package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.message.MessageUtil;
import com.couchbase.client.dcp.message.PartitionAndSeqno;
import com.couchbase.client.dcp.message.RollbackMessage;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of the partitions that this node owns (F1–F3).
 *
 * <p>All partitions share the connections of one DCP client, and flow control is per connection. A
 * partition whose session stopped therefore gives back at once what it held of it; the others go
 * on. One thread, {@code channel-index-feed}, decides; changes are handed to the sessions on the
 * client's threads, {@code channel-index-feed-io-…}.
 *
 * <p>Of every document of the default collection its key and extended attributes are streamed, not
 * its body. Where {@link FeedSettings#persistencePolling} is set, the client holds changes back
 * until they are persisted on the active node and every replica.
 *
 * <p>After a stream's end for any reason, after a lost connection and after a failover, streams go
 * on at the last delivered change, under the history branch that it was seen under; see {@link
 * StreamControl} for who does what. Thread-safe.
 */
public final class PartitionedFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionedFeed.class);
  private static final String NAME = "channel-index-feed";
  private static final Duration ASK_SEQNOS = Duration.ofSeconds(2);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

  private final FeedSettings settings;
  private final PartitionMap map;
  private final SortedSet<Integer> partitions;
  private final PartitionOwner owner;
  private final FeedThread thread = new FeedThread(NAME);
  private final FeedCounters counters = new FeedCounters();
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final Backoff backoff;
  private final AtomicReferenceArray<@Nullable VbucketStream> streams;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  private volatile Map<Integer, PartitionSupervisor> supervisors = Map.of();
  private volatile @Nullable DcpConnection connected;
  private volatile @Nullable String whyNotConnected;
  private volatile long @Nullable [] highSeqnos;
  private volatile boolean stopping;
  private @Nullable DcpConnection connecting;
  private boolean started;

  /**
   * A feed of the partitions given (F1: the assignment is the configuration's).
   *
   * @throws IllegalArgumentException if the map has no such partition
   */
  public PartitionedFeed(
      FeedSettings settings, PartitionMap map, Set<Integer> partitions, PartitionOwner owner) {
    this.settings = settings;
    this.map = map;
    this.partitions = new TreeSet<>(partitions);
    this.owner = owner;
    this.backoff = new Backoff(settings.backoffMin(), settings.backoffMax(), random);
    this.streams = new AtomicReferenceArray<>(map.vbuckets());
    this.partitions.forEach(map::first);
  }

  /**
   * Starts; connecting and taking partitions goes on in the background, with backoff.
   *
   * @throws IllegalStateException if it was started or stopped before
   */
  public void start() {
    synchronized (this) {
      if (started || stopping) {
        throw new IllegalStateException("feed was started or stopped before: " + settings);
      }
      started = true;
    }
    thread.execute(this::connect);
  }

  private void connect() {
    if (stopping || partitions.isEmpty()) {
      return;
    }
    DcpConnection connection;
    try {
      connection =
          new DcpConnection(settings, DcpConnection.Values.ATTRIBUTES, NAME + "-io", new Router());
    } catch (RuntimeException e) {
      connectLater(e);
      return;
    }
    connecting = connection;
    var unused =
        connection
            .connect()
            .whenComplete((done, problem) -> thread.execute(() -> connected(connection, problem)));
  }

  private void connected(DcpConnection connection, @Nullable Throwable problem) {
    if (stopping) {
      return;
    }
    connecting = null;
    if (problem != null) {
      abandon(connection, problem);
      return;
    }
    int vbuckets = connection.client().numPartitions();
    if (vbuckets != map.vbuckets()) {
      abandon(
          connection,
          new FeedException(
              "bucket has another number of vbuckets: bucket="
                  + settings.bucket()
                  + ", vbuckets="
                  + vbuckets
                  + ", expected="
                  + map.vbuckets(),
              null));
      return;
    }
    whyNotConnected = null;
    connected = connection;
    supervise(connection);
    var unused = thread.repeat(ASK_SEQNOS, () -> askSeqnos(connection));
  }

  private void abandon(DcpConnection connection, Throwable problem) {
    var unused = connection.close();
    connectLater(problem);
  }

  private void connectLater(Throwable problem) {
    whyNotConnected = FeedException.describe(problem);
    Duration delay = backoff.next();
    LOG.warn("Not connected, next try after {}: {}", delay, whyNotConnected);
    var unused = thread.schedule(delay, this::connect);
  }

  private void supervise(DcpConnection connection) {
    Map<Integer, PartitionSupervisor> made = new TreeMap<>();
    for (int partition : partitions) {
      PartitionSupervisor supervisor =
          new PartitionSupervisor(
              partition, map, owner, connection.client(), settings, thread, counters, random);
      supervisor.streams().forEach(control -> route(control.stream()));
      made.put(partition, supervisor);
    }
    supervisors = made;
    made.values().forEach(PartitionSupervisor::take);
  }

  private void route(VbucketStream stream) {
    streams.set(stream.vbucket(), stream);
  }

  private void askSeqnos(DcpConnection connection) {
    var unused =
        connection
            .client()
            .getSeqnos()
            .collectList()
            .timeout(ASK_SEQNOS)
            .subscribe(
                this::noteSeqnos,
                problem -> LOG.debug("High seqnos are not known: {}", settings, problem));
  }

  private void noteSeqnos(List<PartitionAndSeqno> answer) {
    long[] seqnos = new long[map.vbuckets()];
    answer.forEach(one -> seqnos[one.partition()] = one.seqno());
    highSeqnos = seqnos;
  }

  /** How each partition is, by number. */
  public List<PartitionStatus> status() {
    DcpConnection connection = connected;
    Map<Integer, PartitionSupervisor> current = supervisors;
    List<PartitionStatus> all = new ArrayList<>();
    for (int partition : partitions) {
      PartitionSupervisor supervisor = current.get(partition);
      all.add(
          supervisor == null || connection == null
              ? notYet(partition)
              : supervisor.status(connection));
    }
    return all;
  }

  private PartitionStatus notYet(int partition) {
    PartitionStatus.State state =
        stopping ? PartitionStatus.State.CLOSED : PartitionStatus.State.STARTING;
    return new PartitionStatus(partition, state, 0, map.size(partition), whyNotConnected, 0);
  }

  /** What was counted so far. */
  public FeedStatistics statistics() {
    DcpConnection connection = connected;
    return new FeedStatistics(
        counters.changes.sum(),
        counters.buffered.sum(),
        counters.rollbacks.sum(),
        counters.streamEnds(),
        counters.reopenings.sum(),
        connection == null ? 0 : connection.reconnects(),
        behind());
  }

  /**
   * The high seqno of every vbucket when the data service was last asked, every two seconds from
   * the connection on; empty if it did not answer yet.
   */
  public Optional<SequenceClock> highSeqnos() {
    long[] high = highSeqnos;
    return high == null ? Optional.empty() : Optional.of(SequenceClock.of(high));
  }

  private Map<Integer, Long> behind() {
    long[] high = highSeqnos;
    Map<Integer, Long> behind = new TreeMap<>();
    if (high == null) {
      return behind;
    }
    supervisors.forEach(
        (partition, supervisor) -> {
          long sum = 0;
          for (StreamControl control : supervisor.streams()) {
            VbucketStream stream = control.stream();
            sum += Math.max(0, high[stream.vbucket()] - stream.deliveredSeqno());
          }
          behind.put(partition, sum);
        });
    return behind;
  }

  /** Closes streams, then sessions; completes when nothing is under way any more. */
  public CompletionStage<Void> stop() {
    synchronized (this) {
      if (stopping) {
        return stopped.minimalCompletionStage();
      }
      stopping = true;
    }
    thread.execute(this::closeAll);
    return stopped.minimalCompletionStage();
  }

  private void closeAll() {
    List<CompletableFuture<?>> closing = new ArrayList<>();
    supervisors.values().forEach(supervisor -> closing.add(supervisor.close()));
    DcpConnection connection = connected == null ? connecting : connected;
    if (connection != null) {
      closing.add(connection.close());
    }
    var unused =
        CompletableFuture.allOf(closing.toArray(CompletableFuture<?>[]::new))
            .whenComplete(
                (done, problem) -> {
                  thread.close();
                  stopped.complete(null);
                });
  }

  /** Stops and waits until it is done, at most 30 seconds. */
  @Override
  public void close() {
    try {
      stop().toCompletableFuture().get(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("Feed does not stop: {}", settings, e);
    }
  }

  private final class Router implements DcpConnection.Events {
    @Override
    public void data(ChannelFlowController flow, ByteBuf event) {
      VbucketStream stream = streams.get(MessageUtil.getVbucket(event));
      if (stream == null) {
        discard(flow, event);
      } else {
        stream.data(flow, event);
      }
    }

    @Override
    public void control(ChannelFlowController flow, ByteBuf event) {
      int vbucket =
          RollbackMessage.is(event)
              ? RollbackMessage.vbucket(event)
              : MessageUtil.getVbucket(event);
      VbucketStream stream = streams.get(vbucket);
      if (stream == null) {
        discard(flow, event);
      } else {
        stream.control(flow, event);
      }
    }

    private void discard(ChannelFlowController flow, ByteBuf event) {
      flow.ack(event);
      event.release();
    }

    @Override
    public void streamEnded(int vbucket, StreamEndReason reason) {
      VbucketStream stream = streams.get(vbucket);
      if (stream != null) {
        stream.ended(reason);
      }
    }

    @Override
    public void bufferLost() {
      for (int vbucket = 0; vbucket < streams.length(); vbucket++) {
        VbucketStream stream = streams.get(vbucket);
        if (stream != null) {
          stream.interrupted();
        }
      }
    }
  }
}
