package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.channel.Channel;
import com.couchbase.client.core.deps.io.netty.channel.ChannelFuture;
import com.couchbase.client.core.deps.io.netty.channel.ChannelHandlerContext;
import com.couchbase.client.core.deps.io.netty.channel.ChannelInboundHandlerAdapter;
import com.couchbase.client.core.deps.io.netty.channel.ChannelInitializer;
import com.couchbase.client.core.deps.io.netty.channel.MultiThreadIoEventLoopGroup;
import com.couchbase.client.core.deps.io.netty.channel.nio.NioIoHandler;
import com.couchbase.client.core.deps.io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import com.couchbase.client.core.deps.io.netty.util.ReferenceCountUtil;
import java.util.concurrent.ThreadFactory;

/**
 * Event loops whose connections say nothing any more once they are closed, and tell of that.
 *
 * <p>Where only what is persisted is streamed, the DCP client keeps events until then, and drops
 * them when a connection closes. Two things are wrong with that, and a stream would go on behind a
 * gap:
 *
 * <ul>
 *   <li>What had arrived together with the message that made the client close the connection, an
 *       observe_seqno that is refused in a rebalance, is decoded after that, and kept. Nothing of
 *       it gets through here.
 *   <li>A stream that left its node without a word, because the connection broke just then, stays
 *       one of that node's for the client: when the next connection there closes, it drops the
 *       events of that stream, too, which goes on elsewhere. So whoever streams is told, before and
 *       after, and begins again where it is.
 * </ul>
 *
 * <p>Source: {@code DcpChannel}, {@code PersistencePollingHandler}, {@code StreamEventBuffer} of
 * couchbase/java-dcp-client 0.56; Netty's {@code ByteToMessageDecoder} decodes on.
 */
final class WatchedConnections extends MultiThreadIoEventLoopGroup {
  private final Runnable closed;

  /**
   * Event loops without connections.
   *
   * @param closed is run when a connection that was usable closes, twice: before the client notices
   *     that, and after; on its event loop
   */
  WatchedConnections(int threads, ThreadFactory factory, Runnable closed) {
    super(threads, factory, NioIoHandler.newFactory());
    this.closed = closed;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    // After the client's own initializer, and run when that has made the pipeline.
    channel.pipeline().addLast(new Watch());
    return super.register(channel);
  }

  private final class Watch extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      ChannelHandlerContext frames = channel.pipeline().context(LengthFieldBasedFrameDecoder.class);
      if (frames == null) {
        throw new IllegalStateException("no frames in the pipeline: " + channel.pipeline().names());
      }
      channel.pipeline().addAfter(frames.name(), null, new Gate());
      Usable usable = new Usable();
      channel.pipeline().addLast(usable);
      // The client listens only when the connection is made: later than this.
      var unused =
          channel
              .closeFuture()
              .addListener(
                  done -> {
                    if (usable.was) {
                      closed.run();
                      channel.eventLoop().execute(closed);
                    }
                  });
    }
  }

  private static final class Gate extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      if (context.channel().isActive()) {
        context.fireChannelRead(frame);
      } else {
        ReferenceCountUtil.release(frame);
      }
    }
  }

  /** The handlers of the handshake, all before this one, let it know only when that is over. */
  private static final class Usable extends ChannelInboundHandlerAdapter {
    private boolean was;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      was = true;
      context.fireChannelActive();
    }
  }
}
