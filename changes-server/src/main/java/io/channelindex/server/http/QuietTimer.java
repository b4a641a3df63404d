package io.channelindex.server.http;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Acts each time a feed has been quiet for a while. Rows only leave a time stamp: the timer itself
 * is set again when it goes off, so that a busy feed costs none.
 *
 * <p>Confined to the context of its feed.
 */
final class QuietTimer {
  private static final long NONE = -1;

  private final Vertx vertx;
  private final long periodNanos;
  private final Runnable action;
  private long since;
  private long timer = NONE;

  /** A timer that does nothing until it is started. */
  QuietTimer(Vertx vertx, Duration period, Runnable action) {
    this.vertx = vertx;
    this.periodNanos = period.toNanos();
    this.action = action;
  }

  void start() {
    since = System.nanoTime();
    set(periodNanos);
  }

  /** The feed was not quiet just now. */
  void touch() {
    since = System.nanoTime();
  }

  void stop() {
    if (timer != NONE) {
      vertx.cancelTimer(timer);
      timer = NONE;
    }
  }

  private void set(long nanos) {
    // Rounded up, and timers take at least a millisecond.
    timer = vertx.setTimer(nanos / 1_000_000 + 1, id -> expired());
  }

  private void expired() {
    long left = periodNanos - (System.nanoTime() - since);
    if (left <= 0) {
      since = System.nanoTime();
      set(periodNanos);
      action.run();
    } else {
      set(left);
    }
  }
}
