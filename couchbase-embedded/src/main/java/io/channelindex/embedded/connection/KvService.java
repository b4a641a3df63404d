package io.channelindex.embedded.connection;

import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.cluster.ClusterConfig;
import io.channelindex.embedded.cluster.ClusterNode;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Loss;
import io.channelindex.embedded.fault.FaultInjector;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The data service's port: accepts connections and knows all that are open. Thread-safe.
 *
 * <p>What a connection holds for a client that does not read is bounded by the high water mark and
 * one answer: above it, the connection's requests are not read any further.
 */
public final class KvService implements AutoCloseable {
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

  private static final int BACKLOG = 1024;

  private final ClusterNode node;
  private final ClusterConfig config;
  private final UserStore users;
  private final Duration dcpIdleTimeout;
  private final FaultInjector faults;
  private final AtomicLong accepted = new AtomicLong();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<String, Connection> dcpNames = new ConcurrentHashMap<>();
  private final Cluster.ConfigListener configListener = this::announce;
  private @Nullable Channel server;
  private volatile boolean accepting;
  private volatile boolean closing;
  private volatile boolean stopped;
  private volatile long delayNanos;

  /**
   * A service that is not started.
   *
   * @param dcpIdleTimeout how long a DCP client that enabled noops may say nothing
   */
  public KvService(
      ClusterNode node, UserStore users, FaultInjector faults, Duration dcpIdleTimeout) {
    this.dcpIdleTimeout = dcpIdleTimeout;
    this.node = node;
    this.config = new ClusterConfig(node);
    this.users = users;
    this.faults = faults;
    node.cluster().addListener(configListener);
  }

  ClusterNode node() {
    return node;
  }

  ClusterConfig config() {
    return config;
  }

  UserStore users() {
    return users;
  }

  Duration dcpIdleTimeout() {
    return dcpIdleTimeout;
  }

  FaultInjector faults() {
    return faults;
  }

  /** The ordinal of the next connection, from 1. */
  long nextOrdinal() {
    return accepted.incrementAndGet();
  }

  /**
   * Binds the port; clients that connect wait until {@link #accept}.
   *
   * @return the address that was bound
   */
  public InetSocketAddress bind(
      InetSocketAddress address, EventLoopGroup acceptor, EventLoopGroup workers) {
    Channel channel =
        new ServerBootstrap()
            .group(acceptor, workers)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel accepted) {
                    accepted.pipeline().addLast(new Connection(accepted, KvService.this));
                  }
                })
            .bind(address)
            .syncUninterruptibly()
            .channel();
    server = channel;
    return (InetSocketAddress) channel.localAddress();
  }

  /**
   * Accepts connections from now on. Not before the node is complete: a client that is told of a
   * cluster without nodes has nobody left to ask for another configuration.
   */
  public void accept() {
    Channel channel = server;
    if (channel == null) {
      throw new IllegalStateException("not bound");
    }
    accepting = true;
    channel.config().setAutoRead(!stopped);
  }

  /**
   * Nothing is read, answered or accepted from now on; connections stay open, and those that come
   * wait. When this returns, nothing is under way any more. Not to be called on an event loop.
   */
  public void stop() {
    adaptTo(true);
  }

  /** The opposite of {@link #stop}; nothing is accepted before {@link #accept}, though. */
  public void goOn() {
    adaptTo(false);
  }

  private void adaptTo(boolean stop) {
    stopped = stop;
    Channel channel = server;
    if (channel != null) {
      channel.config().setAutoRead(accepting && !stop);
      // Takes effect on the acceptor's event loop, before what comes after it there.
      channel.eventLoop().submit(() -> {}).syncUninterruptibly();
    }
    adapt();
  }

  boolean isStopped() {
    return stopped;
  }

  /** What clients send from now on, and what is sent to them, arrives after {@code delay}. */
  public void delay(Duration delay) {
    delayNanos = delay.toNanos();
    adapt();
  }

  long delayNanos() {
    return delayNanos;
  }

  private void adapt() {
    connections.stream().map(Connection::adapt).toList().forEach(Future::syncUninterruptibly);
  }

  void opened(Connection connection) {
    connections.add(connection);
    // Accepted just before the end, and not among those that close() found: its event loop may end
    // without closing it, and its client would wait for answers.
    if (closing) {
      connection.close();
    }
  }

  void closed(Connection connection) {
    connections.remove(connection);
    dcpNames.values().remove(connection);
  }

  /** A DCP connection has a name, and takes the place of an older one of the same name. */
  void named(String bucket, String name, Connection connection) {
    Connection older = dcpNames.put(bucket + '\n' + name, connection);
    if (older != null && older != connection) {
      older.close();
    }
  }

  /** How many clients are connected. */
  public int connectionCount() {
    return connections.size();
  }

  /** Ends the data service's work on {@code bucket} like a hard kill, and takes it up again. */
  public void crash(Bucket bucket, Loss loss) {
    bucket.crash(loss);
    disconnect(bucket);
  }

  /** Ends what holds connections up by way of faults. */
  public void release() {
    connections.forEach(Connection::release);
  }

  /** Closes every connection that uses {@code bucket}, as a crash of its process would. */
  public void disconnect(Bucket bucket) {
    for (Connection connection : connections) {
      connection.closeIfUsing(bucket);
    }
  }

  private void announce(ClusterBucket changed) {
    Bucket bucket = changed.copy(node);
    if (bucket == null) {
      return;
    }
    for (Connection connection : connections) {
      connection.announceConfig(bucket);
    }
  }

  /** Stops accepting and closes every connection; they are closed when this returns. */
  @Override
  public void close() {
    node.cluster().removeListener(configListener);
    Channel channel = server;
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
    closing = true;
    List<Connection> open = List.copyOf(connections);
    open.forEach(Connection::close);
    open.forEach(connection -> connection.closed().awaitUninterruptibly());
  }
}
