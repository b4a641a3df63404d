package io.channelindex.server.documents;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * When to try again: a few times at once, then after growing, jittered pauses, until the time is
 * up. For one operation, which tries one at a time.
 */
final class Backoff {
  private static final int WITHOUT_PAUSE = 2;
  private static final long MAX_PAUSE_MILLIS = 250;

  private final long deadline;
  private int tries;

  Backoff(Duration limit) {
    deadline = System.nanoTime() + limit.toNanos();
  }

  /** Whether there is no time left. */
  boolean isOver() {
    return System.nanoTime() - deadline >= 0;
  }

  /** Runs the next try, after a pause on another thread. */
  void again(Runnable next) {
    int doublings = tries++ - WITHOUT_PAUSE;
    if (doublings < 0) {
      next.run();
      return;
    }
    long longest = Math.min(MAX_PAUSE_MILLIS, 2L << Math.min(doublings, 10));
    long pause = ThreadLocalRandom.current().nextLong(longest) + 1;
    CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS).execute(next);
  }
}
