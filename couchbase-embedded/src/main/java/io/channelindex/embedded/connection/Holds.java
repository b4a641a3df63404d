package io.channelindex.embedded.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What holds a connection up for a while, or until it is released. Lives on the connection's event
 * loop.
 *
 * <p>Reading is held up by the connection, which asks {@link #isReadingHeld}. Writing is held up
 * below everything that writes: what is written stays in the channel's own buffer and counts there,
 * so that whoever writes sees a socket that is full.
 */
final class Holds {
  /** Swallows flushes while it is in the pipeline. */
  private static final class Cork extends ChannelOutboundHandlerAdapter {
    @Override
    public void flush(ChannelHandlerContext context) {}
  }

  /** One hold and how it ends. */
  private final class Hold implements Runnable {
    private final Runnable end;
    private @Nullable ScheduledFuture<?> timer;

    Hold(Runnable end) {
      this.end = end;
    }

    @Override
    public void run() {
      if (holds.remove(this)) {
        if (timer != null) {
          timer.cancel(false);
        }
        end.run();
      }
    }
  }

  private final Channel channel;
  private final Runnable readAgain;
  private final Set<Hold> holds = new LinkedHashSet<>();
  private int readingHeld;
  private int writingHeld;
  private @Nullable Cork cork;

  /** No holds; {@code readAgain} is run when the last one of reading has ended. */
  Holds(Channel channel, Runnable readAgain) {
    this.channel = channel;
    this.readAgain = readAgain;
  }

  boolean isReadingHeld() {
    return readingHeld > 0;
  }

  /** Runs {@code action} after {@code delay}, or when everything is released. */
  void later(Duration delay, Runnable action) {
    hold(Optional.of(delay), action);
  }

  /** Reads nothing for a while; empty: until everything is released. */
  void holdReading(Optional<Duration> duration) {
    holdReading();
    hold(duration, this::endReading);
  }

  /** Reads nothing until {@link #endReading}. */
  void holdReading() {
    readingHeld++;
    channel.config().setAutoRead(false);
  }

  void endReading() {
    readingHeld--;
    if (readingHeld == 0 && channel.isActive()) {
      readAgain.run();
    }
  }

  /** Sends nothing for a while; empty: until everything is released. */
  void holdWriting(Optional<Duration> duration) {
    holdWriting();
    hold(duration, this::endWriting);
  }

  private void holdWriting() {
    writingHeld++;
    if (cork == null) {
      cork = new Cork();
      channel.pipeline().addFirst(cork);
    }
  }

  /** Reads and sends nothing until {@link #goOn}, whatever is released meanwhile. */
  void stop() {
    holdReading();
    holdWriting();
  }

  void goOn() {
    endWriting();
    endReading();
  }

  private void endWriting() {
    writingHeld--;
    if (writingHeld == 0 && cork != null && channel.isActive()) {
      channel.pipeline().remove(cork);
      cork = null;
      channel.flush();
    }
  }

  private void hold(Optional<Duration> duration, Runnable end) {
    Hold hold = new Hold(end);
    holds.add(hold);
    duration.ifPresent(
        time ->
            hold.timer = channel.eventLoop().schedule(hold, time.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** Ends everything that is held up, in the order in which it began. */
  void release() {
    List.copyOf(holds).forEach(Hold::run);
  }
}
