package io.channelindex.embedded.dcp;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a consumer for signs of life, and finds out when there are none. Lives on the connection's
 * event loop.
 *
 * <p>A noop is sent every interval, but none while one is unanswered. A consumer that said nothing
 * at all for the idle timeout is dead; that is noticed at most one interval late. Nothing happens
 * unless the consumer enabled noops. Source: {@code dead-connections.md}, and {@code
 * DcpProducer::maybeSendNoop} and {@code maybeDisconnect} of couchbase/kv_engine 7.6.
 */
final class Liveness {
  /** Above the opaques that consumers give out, as on the real server. */
  private static final int FIRST_OPAQUE = 10_000_001;

  private static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(3);

  private final EventLoop eventLoop;
  private final long idleMillis;
  private final IntConsumer sendNoop;
  private final Runnable dead;
  private boolean enabled;
  private long intervalMillis = DEFAULT_INTERVAL.toMillis();
  private long tickMillis;
  private long silentMillis;
  private long sinceNoopMillis;
  private boolean unanswered;
  private int nextOpaque = FIRST_OPAQUE;
  private @Nullable Future<?> timer;

  /**
   * A watch that is off.
   *
   * @param sendNoop sends a noop with the given opaque
   * @param dead called when the consumer is dead
   */
  Liveness(EventLoop eventLoop, Duration idleTimeout, IntConsumer sendNoop, Runnable dead) {
    this.eventLoop = eventLoop;
    this.idleMillis = idleTimeout.toMillis();
    this.sendNoop = sendNoop;
    this.dead = dead;
  }

  boolean isEnabled() {
    return enabled;
  }

  void enable(boolean on) {
    enabled = on;
    restart();
  }

  void setIntervalMillis(long millis) {
    intervalMillis = millis;
    restart();
  }

  /** The consumer sent something. */
  void heard() {
    silentMillis = 0;
  }

  /** The consumer answered the noop. */
  void answered() {
    heard();
    unanswered = false;
  }

  private void restart() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    if (enabled) {
      tickMillis = Math.min(intervalMillis, idleMillis);
      silentMillis = 0;
      sinceNoopMillis = 0;
      timer =
          eventLoop.scheduleAtFixedRate(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    silentMillis += tickMillis;
    sinceNoopMillis += tickMillis;
    if (silentMillis >= idleMillis) {
      enable(false);
      dead.run();
    } else if (sinceNoopMillis >= intervalMillis && !unanswered) {
      unanswered = true;
      sinceNoopMillis = 0;
      sendNoop.accept(nextOpaque++);
    }
  }
}
