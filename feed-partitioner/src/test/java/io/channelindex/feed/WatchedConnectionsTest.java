package io.channelindex.feed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.deps.io.netty.bootstrap.Bootstrap;
import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.core.deps.io.netty.channel.Channel;
import com.couchbase.client.core.deps.io.netty.channel.ChannelHandlerContext;
import com.couchbase.client.core.deps.io.netty.channel.ChannelInitializer;
import com.couchbase.client.core.deps.io.netty.channel.EventLoopGroup;
import com.couchbase.client.core.deps.io.netty.channel.MultiThreadIoEventLoopGroup;
import com.couchbase.client.core.deps.io.netty.channel.SimpleChannelInboundHandler;
import com.couchbase.client.core.deps.io.netty.channel.nio.NioIoHandler;
import com.couchbase.client.core.deps.io.netty.channel.socket.nio.NioSocketChannel;
import com.couchbase.client.core.deps.io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import com.couchbase.client.core.deps.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What arrives together with the message at which a connection is closed. */
class WatchedConnectionsTest {
  private static final DefaultThreadFactory THREADS = new DefaultThreadFactory("quiet", true);

  @Test
  void nothingComesOfAConnectionThatWasClosed() throws Exception {
    AtomicInteger told = new AtomicInteger();

    assertThat(framesUntilClosed(new WatchedConnections(1, THREADS, told::incrementAndGet)))
        .containsExactly("one", "end");
    assertThat(told).as("before the client notices, and after").hasValue(2);
  }

  /** Why that is not so by itself. */
  @Test
  void decodersGoOnWhenTheirConnectionIsClosed() throws Exception {
    assertThat(
            framesUntilClosed(
                new MultiThreadIoEventLoopGroup(1, THREADS, NioIoHandler.newFactory())))
        .containsExactly("one", "end", "two");
  }

  /** The frames that a client sees which closes its connection when it sees "end". */
  private static List<String> framesUntilClosed(EventLoopGroup loops) throws Exception {
    List<String> frames = new CopyOnWriteArrayList<>();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Channel client =
          new Bootstrap()
              .group(loops)
              .channel(NioSocketChannel.class)
              .handler(new Client(frames))
              .connect(server.getLocalSocketAddress())
              .sync()
              .channel();
      sendAtOnce(server, "\3one\3end\3two");
      assertThat(client.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      // When the loops have ended nothing is decoded any more.
      var unused = loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
    return frames;
  }

  private static void sendAtOnce(ServerSocket server, String bytes) throws IOException {
    try (Socket connection = server.accept()) {
      connection.getOutputStream().write(bytes.getBytes(US_ASCII));
      connection.shutdownOutput();
      // Until the client closes it.
      assertThat(connection.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static final class Client extends ChannelInitializer<Channel> {
    private final List<String> frames;

    Client(List<String> frames) {
      this.frames = frames;
    }

    @Override
    protected void initChannel(Channel channel) {
      channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(100, 0, 1, 0, 1));
      channel
          .pipeline()
          .addLast(
              new SimpleChannelInboundHandler<ByteBuf>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
                  frames.add(frame.toString(US_ASCII));
                  if (frame.toString(US_ASCII).equals("end")) {
                    var unused = context.close();
                  }
                }
              });
    }
  }
}
