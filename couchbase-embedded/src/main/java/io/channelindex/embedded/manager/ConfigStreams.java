package io.channelindex.embedded.manager;

import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.cluster.ClusterConfig;
import io.channelindex.embedded.cluster.ClusterNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** HTTP clients that follow a bucket's configuration as it changes. Thread-safe. */
// A write or close that fails ends in exceptionCaught and channelInactive, where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ConfigStreams implements AutoCloseable {
  private static final byte[] SEPARATOR = "\n\n\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Cluster cluster;
  private final ClusterConfig config;
  private final Map<Channel, ClusterBucket> followers = new ConcurrentHashMap<>();
  private final Cluster.ConfigListener listener = this::onConfigChange;
  private volatile boolean stopped;

  ConfigStreams(ClusterNode node) {
    this.cluster = node.cluster();
    this.config = new ClusterConfig(node);
    cluster.addListener(listener);
  }

  /** Sends the configuration now and after each change, until the channel closes. */
  void add(Channel channel, ClusterBucket bucket) {
    followers.put(channel, bucket);
    channel.closeFuture().addListener(closed -> followers.remove(channel));
    send(channel, bucket);
  }

  /** Sends nothing until {@link #goOn}. */
  void stop() {
    stopped = true;
  }

  /** Sends what has become of the configurations meanwhile. */
  void goOn() {
    stopped = false;
    Set.copyOf(followers.values()).forEach(this::onConfigChange);
  }

  private void onConfigChange(ClusterBucket changed) {
    if (stopped) {
      return;
    }
    followers.forEach(
        (channel, bucket) -> {
          if (bucket != changed) {
            return;
          }
          if (cluster.bucket(bucket.name()) == bucket) {
            send(channel, bucket);
          } else {
            channel.close();
          }
        });
  }

  private void send(Channel channel, ClusterBucket bucket) {
    if (!channel.isWritable()) {
      // Whoever does not read misses steps in between: only the newest configuration counts, and a
      // client that has stopped reading for this long is better off with a new connection.
      channel.close();
      return;
    }
    ByteBuf content = Unpooled.wrappedBuffer(config.of(bucket), SEPARATOR);
    channel.writeAndFlush(new DefaultHttpContent(content));
  }

  @Override
  public void close() {
    cluster.removeListener(listener);
    followers.keySet().forEach(Channel::close);
  }
}
