package io.channelindex.embedded.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * A long way between a client and its connection: what passes arrives later, in order, in both
 * directions. What is under way when the connection ends is lost, but for answers to a client that
 * is told goodbye. Lives on the connection's event loop.
 *
 * <p>Of what the node sends, about {@value #WINDOW_BYTES} bytes are under way at most: then the
 * channel is full for whoever writes. Of what the client sends, as much as it sends meanwhile.
 */
// A write or close that fails ends in exceptionCaught and channelInactive of the connection.
@SuppressWarnings("FutureReturnValueIgnored")
final class DelayLine extends ChannelDuplexHandler {
  private static final int WINDOW_BYTES = 1024 * 1024;

  /** Which of the channel's user-defined reasons not to be writable is this one's. */
  private static final int WRITABILITY = 1;

  private record Arriving(Object message, long dueNanos) {}

  private record Leaving(Object message, int bytes, ChannelPromise promise, long dueNanos) {}

  private final Deque<Arriving> arriving = new ArrayDeque<>();
  private final Deque<Leaving> leaving = new ArrayDeque<>();
  private long delayNanos;
  private long leavingBytes;

  /**
   * What comes from now on is under way for so long; what is under way already arrives as planned.
   */
  void delay(long nanos) {
    delayNanos = nanos;
  }

  private static long now(ChannelHandlerContext context) {
    return context.executor().ticker().nanoTime();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (delayNanos == 0 && arriving.isEmpty()) {
      context.fireChannelRead(message);
      return;
    }
    arriving.add(new Arriving(message, now(context) + delayNanos));
    if (arriving.size() == 1) {
      deliverIn(context, delayNanos);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (arriving.isEmpty()) {
      context.fireChannelReadComplete();
    }
  }

  private void deliverIn(ChannelHandlerContext context, long nanos) {
    context.executor().schedule(() -> deliver(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void deliver(ChannelHandlerContext context) {
    long now = now(context);
    Arriving next = arriving.peek();
    while (next != null && next.dueNanos() - now <= 0) {
      arriving.remove();
      context.fireChannelRead(next.message());
      next = arriving.peek();
    }
    context.fireChannelReadComplete();
    if (next != null) {
      deliverIn(context, next.dueNanos() - now);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (delayNanos == 0 && leaving.isEmpty()) {
      context.write(message, promise);
      return;
    }
    int bytes = message instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
    leaving.add(new Leaving(message, bytes, promise, now(context) + delayNanos));
    leavingBytes += bytes;
    limitWindow(context);
    if (leaving.size() == 1) {
      sendIn(context, delayNanos);
    }
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    if (leaving.isEmpty()) {
      context.flush();
    }
  }

  private void sendIn(ChannelHandlerContext context, long nanos) {
    context.executor().schedule(() -> send(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void send(ChannelHandlerContext context) {
    long now = now(context);
    Leaving next = leaving.peek();
    while (next != null && next.dueNanos() - now <= 0) {
      sendFirst(context);
      next = leaving.peek();
    }
    context.flush();
    limitWindow(context);
    if (next != null) {
      sendIn(context, next.dueNanos() - now);
    }
  }

  private void sendFirst(ChannelHandlerContext context) {
    Leaving first = leaving.remove();
    leavingBytes -= first.bytes();
    context.write(first.message(), first.promise());
  }

  private void limitWindow(ChannelHandlerContext context) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    if (buffer != null) {
      buffer.setUserDefinedWritability(WRITABILITY, leavingBytes <= WINDOW_BYTES);
    }
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    while (!leaving.isEmpty()) {
      sendFirst(context);
    }
    context.flush();
    context.close(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    for (Arriving lost : arriving) {
      ReferenceCountUtil.release(lost.message());
    }
    arriving.clear();
    for (Leaving lost : leaving) {
      ReferenceCountUtil.release(lost.message());
      if (!lost.promise().isVoid()) {
        lost.promise().tryFailure(new ClosedChannelException());
      }
    }
    leaving.clear();
    context.fireChannelInactive();
  }
}
