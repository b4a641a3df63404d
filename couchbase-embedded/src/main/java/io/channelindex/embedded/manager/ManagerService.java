package io.channelindex.embedded.manager;

import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.ClusterNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The manager's port. Thread-safe. */
public final class ManagerService implements AutoCloseable {
  private static final int MAX_CONTENT_BYTES = 64 * 1024;

  private final ClusterNode node;
  private final UserStore users;
  private final ConfigStreams streams;
  private @Nullable Channel server;

  public ManagerService(ClusterNode node, UserStore users) {
    this.node = node;
    this.users = users;
    this.streams = new ConfigStreams(node);
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
                    accepted
                        .pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(MAX_CONTENT_BYTES))
                        .addLast(new ManagerHandler(node, users, streams));
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

  /** Closes the port and every connection. */
  @Override
  public void close() {
    Channel channel = server;
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
    streams.close();
  }
}
