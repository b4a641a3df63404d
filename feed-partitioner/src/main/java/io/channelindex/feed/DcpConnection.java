package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.core.deps.io.netty.channel.EventLoopGroup;
import com.couchbase.client.core.deps.io.netty.util.concurrent.DefaultThreadFactory;
import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.config.DcpControl;
import com.couchbase.client.dcp.core.event.CouchbaseEvent;
import com.couchbase.client.dcp.core.event.EventBus;
import com.couchbase.client.dcp.events.StreamEndEvent;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/**
 * A DCP client for one bucket: its connections to every node of the cluster.
 *
 * <p>Once connected, the client keeps its connections by itself: it follows the cluster map, and
 * connects again, without end, to a node that it lost. What it knows of its connections it tells in
 * its metrics only, therefore they go to a registry of our own.
 *
 * <p>Thread-safe.
 */
final class DcpConnection {
  /** What is streamed of a document. */
  enum Values {
    /** Its extended attributes, not its body; of the default collection only. */
    ATTRIBUTES,
    /** Its body, not its extended attributes; of every collection. */
    BODIES
  }

  /** Who handles what comes in, on the client's threads. */
  interface Events {
    /** A mutation, deletion or expiration; to be acknowledged and released. */
    void data(ChannelFlowController flow, ByteBuf event);

    /** A marker, rollback, system event or the like; to be acknowledged and released. */
    void control(ChannelFlowController flow, ByteBuf event);

    /**
     * The data service ended a stream. Comes after the last event of the stream, and before the
     * client asks whether it should open it again.
     */
    void streamEnded(int vbucket, StreamEndReason reason);

    /**
     * The client may have dropped events of any stream that it kept until they are persisted. Comes
     * before the first event behind a gap.
     */
    void bufferLost();
  }

  private static final Logger LOG = LoggerFactory.getLogger(DcpConnection.class);
  private static final Duration BOOTSTRAP = Duration.ofSeconds(4);
  private static final Duration CONFIG_REFRESH = Duration.ofSeconds(1);
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(6);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);
  private static final int ACKNOWLEDGE_AT_PERCENT = 50;
  private static final int NOOP_SECONDS = 20;
  private static final int IO_THREADS =
      Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));

  private final FeedSettings settings;
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final EventLoopGroup eventLoops;
  private final Client client;

  /**
   * Prepares connections; {@link #connect} makes them.
   *
   * @param name begins the names of the threads
   * @throws RuntimeException if the settings are not acceptable to the client
   */
  DcpConnection(FeedSettings settings, Values values, String name, Events events) {
    this.settings = settings;
    // A group of our own, because a client that failed to connect leaves its own behind.
    this.eventLoops =
        new WatchedConnections(
            IO_THREADS,
            new DefaultThreadFactory(name, true),
            settings.persistencePolling() == null ? () -> {} : events::bufferLost);
    try {
      this.client = build(values, events);
    } catch (RuntimeException e) {
      shutDownLoops();
      throw e;
    }
    client.dataEventHandler(events::data);
    client.controlEventHandler(events::control);
  }

  private Client build(Values values, Events events) {
    Client.Builder builder =
        Client.builder()
            .connectionString(settings.connectionString())
            .credentials(settings.username(), settings.password())
            .bucket(settings.bucket())
            .userAgent("channel-index", "1")
            .eventLoopGroup(eventLoops)
            .eventBus(new DirectEvents(events))
            .meterRegistry(meters)
            .bootstrapTimeout(BOOTSTRAP)
            .configRefreshInterval(CONFIG_REFRESH)
            .collectionsAware(true)
            .flowControl(settings.bufferBytes())
            .bufferAckWatermark(ACKNOWLEDGE_AT_PERCENT)
            .controlParam(DcpControl.Names.SET_NOOP_INTERVAL, NOOP_SECONDS)
            .optionalControlParam("send_stream_end_on_client_close_stream", true);
    if (values == Values.ATTRIBUTES) {
      builder.noValue(true).xattrs(true).collectionIds(0);
    }
    Duration polling = settings.persistencePolling();
    if (polling != null) {
      builder.mitigateRollbacks(polling.toMillis(), TimeUnit.MILLISECONDS);
    }
    return builder.build();
  }

  Client client() {
    return client;
  }

  /**
   * Connects. After a failure the connection is of no use and has to be closed.
   *
   * @return fails with a {@link FeedException} whose message is for people
   */
  CompletableFuture<Void> connect() {
    return client
        .connect()
        .toFuture()
        .orTimeout(CONNECT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            problem -> {
              throw new FeedException(whyNotConnected(), problem);
            });
  }

  /** The client keeps the reason to itself, but counts the exceptions that it met. */
  private String whyNotConnected() {
    Set<String> exceptions = new TreeSet<>();
    for (Counter counter : meters.find("dcp.connect").tag("result", "failure").counters()) {
      String exception = counter.getId().getTag("exception");
      if (counter.count() > 0 && exception != null) {
        exceptions.add(exception);
      }
    }
    String what;
    if (exceptions.contains("AuthenticationException")) {
      what = "user or password is refused: user=" + settings.username();
    } else if (exceptions.contains("RuntimeException")) {
      what =
          "the bucket cannot be opened, does it exist and may the user stream it? bucket="
              + settings.bucket()
              + ", user="
              + settings.username();
    } else {
      what = "no connection to the data service";
    }
    return what + ", at=" + settings.connectionString() + ", met=" + exceptions;
  }

  /** The nodes that there is no connection to at the moment, by address; empty if all is well. */
  List<String> lostNodes() {
    return connections(0);
  }

  /** Whether there is a connection to any node. */
  boolean isConnected() {
    return !connections(1).isEmpty();
  }

  private List<String> connections(int status) {
    return meters.find("dcp.connection.status").gauges().stream()
        .filter(gauge -> (int) gauge.value() == status)
        .map(DcpConnection::address)
        .sorted()
        .toList();
  }

  private static String address(Gauge gauge) {
    return String.valueOf(gauge.getId().getTag("remote"));
  }

  /** How many connections were made beyond the first one to each node. */
  long reconnects() {
    return meters.find("dcp.connect").tag("result", "success").counters().stream()
        .mapToLong(counter -> Math.max(0, (long) counter.count() - 1))
        .sum();
  }

  /**
   * Closes all connections. The client's own way may never end if it never connected: it is given
   * some time, then its threads are taken away.
   */
  CompletableFuture<?> close() {
    return client
        .disconnect()
        .toFuture()
        .orTimeout(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (done, problem) -> {
              if (problem != null) {
                LOG.debug("Connections do not close by themselves: bucket={}", settings.bucket());
              }
              shutDownLoops();
              meters.close();
              return problem == null;
            });
  }

  private void shutDownLoops() {
    var unused =
        eventLoops
            .shutdownGracefully(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
            .addListener(
                ended -> {
                  if (!ended.isSuccess()) {
                    LOG.warn("Threads do not end: bucket={}", settings.bucket(), ended.cause());
                  }
                });
  }

  /**
   * Hands events over where they happen. The client's own bus changes the thread, so that a
   * stream's end could be seen after the first events of the next one.
   */
  private static final class DirectEvents implements EventBus {
    private final Events events;

    DirectEvents(Events events) {
      this.events = events;
    }

    @Override
    public Flux<CouchbaseEvent> get() {
      return Flux.never();
    }

    @Override
    public void publish(CouchbaseEvent event) {
      if (event instanceof StreamEndEvent end) {
        events.streamEnded(end.partition(), end.reason());
      } else {
        LOG.debug("Event of the client: {}", event);
      }
    }
  }
}
