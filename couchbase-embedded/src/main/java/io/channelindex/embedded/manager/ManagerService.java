package io.channelindex.embedded.manager;

import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.ClusterNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The manager's port. Thread-safe.
 *
 * <p>While it is stopped, requests wait for their answers, but for those of the control interface:
 * whoever stopped it has to be able to let it go on.
 */
public final class ManagerService implements AutoCloseable {
  private static final int MAX_CONTENT_BYTES = 64 * 1024;

  private final ClusterNode node;
  private final UserStore users;
  private final @Nullable ControlInterface control;
  private final ConfigStreams streams;

  /** Closes whatever comes after its end. */
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;
  private @Nullable Channel server;

  /**
   * A manager that is not started.
   *
   * @param control answers requests below {@code /control}; null if there is no such thing
   */
  public ManagerService(ClusterNode node, UserStore users, @Nullable ControlInterface control) {
    this.node = node;
    this.users = users;
    this.control = control;
    this.streams = new ConfigStreams(node);
  }

  ClusterNode node() {
    return node;
  }

  UserStore users() {
    return users;
  }

  ConfigStreams streams() {
    return streams;
  }

  @Nullable ControlInterface control() {
    return control;
  }

  /**
   * Binds the port; clients that connect wait until {@link #accept}.
   *
   * @param eventLoops where requests are answered; not those of the data service, since checking a
   *     password takes milliseconds
   * @return the address that was bound
   */
  public InetSocketAddress bind(InetSocketAddress address, EventLoopGroup eventLoops) {
    Channel channel =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel accepted) {
                    connections.add(accepted);
                    accepted
                        .pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(MAX_CONTENT_BYTES))
                        .addLast(new ManagerHandler(ManagerService.this));
                  }
                })
            .bind(address)
            .syncUninterruptibly()
            .channel();
    server = channel;
    return (InetSocketAddress) channel.localAddress();
  }

  /** Answers requests from now on. */
  public void accept() {
    Channel channel = server;
    if (channel == null) {
      throw new IllegalStateException("not bound");
    }
    channel.config().setAutoRead(true);
  }

  /** Answers nothing but control requests from now on; connections stay open. */
  public void stop() {
    stopped = true;
    streams.stop();
  }

  /** The opposite of {@link #stop}: what waited is answered. */
  public void goOn() {
    stopped = false;
    streams.goOn();
    runWaiting();
  }

  /** Runs {@code work} now, or when the manager goes on or is closed. */
  void whenGoingOn(Runnable work) {
    if (stopped) {
      waiting.add(work);
      if (stopped) {
        return;
      }
      runWaiting();
    } else {
      work.run();
    }
  }

  private void runWaiting() {
    for (Runnable work = waiting.poll(); work != null; work = waiting.poll()) {
      work.run();
    }
  }

  /** Closes the port and every connection; they are closed when this returns. */
  @Override
  public void close() {
    Channel channel = server;
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
    streams.close();
    connections.close().awaitUninterruptibly();
    runWaiting();
  }
}
