package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.StreamFrom;
import com.couchbase.client.dcp.StreamTo;
import com.couchbase.client.dcp.message.DcpMutationMessage;
import com.couchbase.client.dcp.message.MessageUtil;
import com.couchbase.client.dcp.message.RollbackMessage;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import io.channelindex.sequence.VbucketHash;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The documents of a bucket, pushed as they change (R3): a hint that saves polling, not a feed.
 *
 * <p>Streams the vbuckets of the documents from where they are now, and acknowledges at once;
 * {@link FeedSettings#persistencePolling} is of no importance here. On any trouble (a stream that
 * ends, a lost connection, a rollback) the watch is interrupted as a whole and begins again, with
 * backoff, from where the bucket is by then: what happened meanwhile is missed. Thread-safe.
 */
public final class BucketWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BucketWatch.class);
  private static final String NAME = "channel-index-watch";
  private static final Duration OPEN_PATIENCE = Duration.ofSeconds(10);
  private static final Duration LOOK_AFTER = Duration.ofMillis(250);

  private final FeedSettings settings;
  private final Set<String> keys;
  private final Listener listener;
  private final FeedThread thread = new FeedThread(NAME);
  private final Backoff backoff;

  private volatile @Nullable String trouble = "not started";
  private volatile boolean closed;
  private boolean started;
  private @Nullable Attempt attempt;

  /**
   * Watches some documents, from when it is started.
   *
   * @param keys of documents of the default collection; the fewer vbuckets they lie in, the less is
   *     streamed for nothing
   */
  public BucketWatch(FeedSettings settings, Set<String> keys, Listener listener) {
    this.settings =
        new FeedSettings(
            settings.connectionString(),
            settings.username(),
            settings.password(),
            settings.bucket(),
            settings.bufferBytes(),
            null,
            settings.backoffMin(),
            settings.backoffMax());
    this.keys = Set.copyOf(keys);
    this.listener = listener;
    this.backoff =
        new Backoff(settings.backoffMin(), settings.backoffMax(), RandomGenerator.getDefault());
  }

  /**
   * Starts; connecting goes on in the background, with backoff.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  public void start() {
    synchronized (this) {
      if (started || closed) {
        throw new IllegalStateException("watch was started or closed before: " + settings);
      }
      started = true;
    }
    thread.execute(this::begin);
    var unused = thread.repeat(LOOK_AFTER, this::lookAfter);
  }

  /** Why nothing is watched at the moment, for people; null while everything is. */
  public @Nullable String trouble() {
    return trouble;
  }

  private void begin() {
    if (closed) {
      return;
    }
    try {
      Attempt next = new Attempt();
      attempt = next;
      next.open();
    } catch (RuntimeException e) {
      beginLater(FeedException.describe(e));
    }
  }

  private void beginLater(String reason) {
    trouble = reason;
    Duration delay = backoff.next();
    LOG.info(
        "Watch begins again: bucket={}, delay={}, reason={}", settings.bucket(), delay, reason);
    var unused = thread.schedule(delay, this::begin);
  }

  private void lookAfter() {
    Attempt current = attempt;
    if (current != null && current.watching) {
      List<String> lost = current.connection.lostNodes();
      if (!lost.isEmpty()) {
        current.fail("no connection: nodes=" + lost);
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    thread.execute(
        () -> {
          trouble = "closed";
          Attempt current = attempt;
          if (current != null) {
            current.abandon();
          }
          thread.close();
        });
  }

  /** Who is told, on threads that must not be blocked. */
  public interface Listener {
    /** A document as it was written just now. */
    void changed(String key, byte[] value);

    /** The watch began, or began again: what happened before may have been missed. */
    void resumed();

    /** The watch was interrupted; it comes back by itself. */
    void interrupted();
  }

  /** One try to watch, from connecting to the first trouble. */
  private final class Attempt implements DcpConnection.Events {
    private final DcpConnection connection =
        new DcpConnection(settings, DcpConnection.Values.BODIES, NAME + "-io", this);
    private volatile boolean live = true;

    /** The feed's thread only. */
    private boolean watching;

    private long watchingSince;

    void open() {
      var unused =
          connection
              .connect()
              .thenCompose(nothing -> openStreams())
              .orTimeout(OPEN_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete(
                  (done, problem) ->
                      thread.execute(
                          () -> {
                            if (problem == null) {
                              opened();
                            } else {
                              fail(FeedException.describe(problem));
                            }
                          }));
    }

    private CompletableFuture<Void> openStreams() {
      Client client = connection.client();
      return client
          .initializeState(StreamFrom.NOW, StreamTo.INFINITY)
          .then(Mono.defer(() -> client.startStreaming(vbuckets(client.numPartitions()))))
          .toFuture();
    }

    private List<Integer> vbuckets(int count) {
      return keys.stream().map(key -> VbucketHash.vbucket(key, count)).distinct().toList();
    }

    private void opened() {
      if (live) {
        watching = true;
        watchingSince = System.nanoTime();
        trouble = null;
        listener.resumed();
      }
    }

    void fail(String reason) {
      if (!live) {
        return;
      }
      abandon();
      if (watching) {
        if (System.nanoTime() - watchingSince >= settings.backoffMax().toNanos()) {
          backoff.reset();
        }
        listener.interrupted();
      }
      beginLater(reason);
    }

    void abandon() {
      live = false;
      var unused = connection.close();
    }

    @Override
    public void data(ChannelFlowController flow, ByteBuf event) {
      try {
        if (live && DcpMutationMessage.is(event)) {
          tell(event);
        }
      } catch (RuntimeException e) {
        thread.execute(() -> fail("change was not taken: " + e));
      } finally {
        flow.ack(event);
        event.release();
      }
    }

    private void tell(ByteBuf event) {
      String key =
          connection
              .client()
              .sessionState()
              .get(MessageUtil.getVbucket(event))
              .getKeyExtractor()
              .getCollectionIdAndKey(event)
              .key();
      if (keys.contains(key)) {
        listener.changed(key, MessageUtil.getContentAsByteArray(event));
      }
    }

    @Override
    public void control(ChannelFlowController flow, ByteBuf event) {
      try {
        if (RollbackMessage.is(event)) {
          int vbucket = RollbackMessage.vbucket(event);
          thread.execute(() -> fail("vbucket was rolled back: vbucket=" + vbucket));
        }
        flow.ack(event);
      } finally {
        event.release();
      }
    }

    @Override
    public void streamEnded(int vbucket, StreamEndReason reason) {
      thread.execute(() -> fail("stream ended: vbucket=" + vbucket + ", reason=" + reason.name()));
    }

    @Override
    public void bufferLost() {
      thread.execute(() -> fail("a connection was lost, and what waited for its persistence"));
    }
  }
}
