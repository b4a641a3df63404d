package io.channelindex.server.database;

import java.time.Duration;

/** Longer and longer pauses between attempts. For one thread. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LAST = Duration.ofSeconds(5);

  private Duration next = FIRST;

  /** Sleeps; false, with the interrupt restored, if the thread was interrupted. */
  boolean sleep() {
    try {
      Thread.sleep(next.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    Duration twice = next.multipliedBy(2);
    next = twice.compareTo(LAST) < 0 ? twice : LAST;
    return true;
  }
}
