package io.channelindex.embedded;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is moved. Thread-safe. */
final class ManualClock implements InstantSource {
  private final AtomicReference<Instant> now;

  /** Starts at the machine's time: clients compare expiry times with theirs. */
  ManualClock() {
    now = new AtomicReference<>(Instant.now());
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }
}
