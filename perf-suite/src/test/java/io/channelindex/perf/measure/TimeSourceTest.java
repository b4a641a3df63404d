package io.channelindex.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TimeSourceTest {
  private final TimeSource time = TimeSource.SYSTEM;

  @Test
  void sleepsUntilItIsDueAndNotShorter() throws InterruptedException {
    long due = time.nanos() + 3_000_000;
    time.sleepUntil(due);
    assertThat(time.nanos()).isGreaterThanOrEqualTo(due);
  }

  @Test
  void anInterruptEndsTheSleepEvenIfNothingIsLeftToWaitFor() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> time.sleepUntil(time.nanos() - 1))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
