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
 * Event loops whose connections say nothing any more once they are closed.
 *
 * <p>Where only what is persisted is streamed, the DCP client keeps events until then. It drops
 * those of a connection that closes, and asks for them again; but what had arrived together with
 * the message that made it close the connection, an observe_seqno that is refused in a rebalance,
 * is decoded after that, and kept. A stream would go on behind a gap. So nothing of that gets
 * through. Source: {@code DcpChannel}, {@code PersistencePollingHandler} of
 * couchbase/java-dcp-client 0.56; Netty's {@code ByteToMessageDecoder} decodes on.
 */
final class QuietAfterClose extends MultiThreadIoEventLoopGroup {
  QuietAfterClose(int threads, ThreadFactory factory) {
    super(threads, factory, NioIoHandler.newFactory());
  }

  @Override
  public ChannelFuture register(Channel channel) {
    // After the client's own initializer, and run when that has made the pipeline.
    channel.pipeline().addLast(new AfterFrames());
    return super.register(channel);
  }

  private static final class AfterFrames extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      ChannelHandlerContext frames = channel.pipeline().context(LengthFieldBasedFrameDecoder.class);
      if (frames == null) {
        throw new IllegalStateException("no frames in the pipeline: " + channel.pipeline().names());
      }
      channel.pipeline().addAfter(frames.name(), null, new Gate());
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
}
