package io.channelindex.embedded.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.auth.Exchanges;
import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterNode;
import io.channelindex.embedded.cluster.Node;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.engine.SettableClock;
import io.channelindex.embedded.fault.FaultInjector;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A connection whose socket is the test: it decides in which pieces bytes come and whether anybody
 * reads, everything happens on its thread, and it sees every byte that the connection holds.
 *
 * <p>What the node answers does not depend on when or how often it is asked: its clock stands.
 */
final class SocketlessConnection implements AutoCloseable {
  static final String BUCKET = "data";

  private static final int HEADER = 24;
  private static final byte[] NONE = new byte[0];

  private final Bucket bucket;
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final KvService service;
  private final EmbeddedChannel channel;

  SocketlessConnection() {
    Cluster cluster = new Cluster("1".repeat(32), 1);
    ClusterNode node = cluster.addNode();
    node.boundTo(new Node(InetAddress.getLoopbackAddress(), 11210, 8091));
    BucketShape shape = new BucketShape(4, 0, Long.MAX_VALUE);
    cluster.createBucket(BUCKET, "0".repeat(32), shape, new SettableClock());
    bucket = node.bucket(BUCKET);
    service =
        new KvService(
            node,
            UserStore.of(Exchanges.quickAccount("user", "pencil")),
            new FaultInjector(null),
            Duration.ofMinutes(6));
    channel =
        new EmbeddedChannel(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel created) {
                created.config().setAllocator(allocator);
                created.pipeline().addLast(new Connection(created, service));
              }
            });
  }

  /** One that has logged in and selected the bucket. */
  static SocketlessConnection loggedIn(Feature... features) {
    SocketlessConnection connection = new SocketlessConnection();
    connection.receive(login(features));
    connection.sent();
    return connection;
  }

  static byte[] login(Feature... features) {
    ByteBuffer codes = ByteBuffer.allocate(Short.BYTES * features.length);
    for (Feature feature : features) {
      codes.putShort((short) feature.code());
    }
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.writeBytes(frame(Opcode.HELLO, NONE, "test", codes.array()));
    frames.writeBytes(frame(Opcode.SASL_AUTH, NONE, "PLAIN", "\0user\0pencil".getBytes(UTF_8)));
    frames.writeBytes(frame(Opcode.SELECT_BUCKET, NONE, BUCKET, NONE));
    return frames.toByteArray();
  }

  static byte[] frame(Opcode opcode, byte[] extras, String key, byte[] value) {
    byte[] keyBytes = key.getBytes(UTF_8);
    int body = extras.length + keyBytes.length + value.length;
    return ByteBuffer.allocate(HEADER + body)
        .put(header(opcode, extras.length, keyBytes.length, body))
        .put(extras)
        .put(keyBytes)
        .put(value)
        .array();
  }

  static byte[] header(Opcode opcode, int extras, int key, int body) {
    return ByteBuffer.allocate(HEADER)
        .put((byte) 0x80)
        .put((byte) opcode.code())
        .putShort((short) key)
        .put((byte) extras)
        .put((byte) 0)
        .putShort((short) 0)
        .putInt(body)
        .array();
  }

  static byte[] set(String key, byte[] value) {
    return frame(Opcode.SET, new byte[8], key, value);
  }

  static byte[] get(String key) {
    return frame(Opcode.GET, NONE, key, NONE);
  }

  Bucket bucket() {
    return bucket;
  }

  /** Bytes arrive from the client, all in one piece. */
  void receive(byte[] bytes) {
    receive(bytes, 0, bytes.length);
  }

  void receive(byte[] bytes, int from, int to) {
    channel.writeInbound(Unpooled.wrappedBuffer(bytes, from, to - from));
  }

  /** What the node has sent since the last call. */
  byte[] sent() {
    channel.runPendingTasks();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      byte[] piece = new byte[next.readableBytes()];
      next.readBytes(piece).release();
      bytes.writeBytes(piece);
    }
    return bytes.toByteArray();
  }

  /** From now on the client does not read, or reads again. */
  void setReading(boolean reading) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, reading);
    channel.runPendingTasks();
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  boolean readsRequests() {
    return channel.config().isAutoRead();
  }

  /** Bytes of all buffers that the connection holds. */
  long heldBytes() {
    return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    channel.runPendingTasks();
    sent();
    service.close();
  }
}
