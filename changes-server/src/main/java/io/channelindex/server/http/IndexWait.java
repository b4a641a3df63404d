package io.channelindex.server.http;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * A feed's waiting for an index that cannot be read: tries again after pauses that double.
 *
 * <p>Confined to the context of its feed.
 */
final class IndexWait {
  private static final long NONE = -1;

  private final Vertx vertx;
  private final FeedLimits limits;
  private final FrontMeters meters;
  private Duration pause;
  private boolean waiting;
  private long timer = NONE;

  IndexWait(Vertx vertx, FeedLimits limits, FrontMeters meters) {
    this.vertx = vertx;
    this.limits = limits;
    this.meters = meters;
    this.pause = limits.firstRetry();
  }

  /** Whether the last try failed. */
  boolean isWaiting() {
    return waiting;
  }

  /** Tries again after the next pause. */
  void retry(Runnable step) {
    if (!waiting) {
      waiting = true;
      meters.indexAwaited();
    }
    timer =
        vertx.setTimer(
            pause.toMillis(),
            id -> {
              timer = NONE;
              step.run();
            });
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(limits.maxRetry()) < 0 ? doubled : limits.maxRetry();
  }

  /** The index was read, or the feed has ended. */
  void over() {
    if (timer != NONE) {
      vertx.cancelTimer(timer);
      timer = NONE;
    }
    if (waiting) {
      waiting = false;
      pause = limits.firstRetry();
      meters.indexBack();
    }
  }
}
