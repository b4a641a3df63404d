package io.channelindex.index.read;

import java.time.Duration;

/** Pauses between attempts: doubling from the least to the greatest. Not thread-safe. */
final class Backoff {
  private final Duration min;
  private final Duration max;
  private Duration next;

  Backoff(ReaderSettings settings) {
    this.min = settings.retryMin();
    this.max = settings.retryMax();
    this.next = min;
  }

  /** The pause after one more failure. */
  Duration failed() {
    Duration pause = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(max) > 0 ? max : doubled;
    return pause;
  }

  /** The series of failures is over. */
  void succeeded() {
    next = min;
  }
}
