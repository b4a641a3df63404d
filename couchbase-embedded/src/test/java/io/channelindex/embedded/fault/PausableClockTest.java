package io.channelindex.embedded.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PausableClockTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final AtomicReference<Instant> source = new AtomicReference<>(START);
  private final PausableClock clock = PausableClock.running(source::get);

  private void pass(Duration duration) {
    source.updateAndGet(now -> now.plus(duration));
  }

  @Test
  void runsWithItsSource() {
    pass(HOUR);
    assertThat(clock.instant()).isSameAs(source.get());
  }

  @Test
  void standsStillAndRunsOnFromThere() {
    clock.pause();
    pass(HOUR);
    clock.pause();
    assertThat(clock.isPaused()).isTrue();
    assertThat(clock.instant()).isEqualTo(START);

    clock.resume();
    pass(HOUR);
    clock.resume();
    assertThat(clock.isPaused()).isFalse();
    assertThat(clock.instant()).isEqualTo(START.plus(HOUR));
  }

  @Test
  void movesWhileItRuns() {
    clock.advance(HOUR.multipliedBy(3));
    clock.advance(HOUR.negated());
    pass(HOUR);
    assertThat(clock.instant()).isEqualTo(START.plus(HOUR.multipliedBy(3)));
    clock.set(START.minus(HOUR));
    pass(HOUR);
    assertThat(clock.instant()).isEqualTo(START);
  }

  @Test
  void movesWhileItStands() {
    clock.pause();
    clock.advance(HOUR.negated());
    pass(HOUR);
    assertThat(clock.instant()).isEqualTo(START.minus(HOUR));
    clock.set(START);
    clock.advance(HOUR);
    clock.resume();
    pass(HOUR);
    assertThat(clock.instant()).isEqualTo(START.plus(HOUR.multipliedBy(2)));
  }

  @Test
  void startsPausedWhereItIsTold() {
    PausableClock paused = PausableClock.pausedAt(START);
    assertThat(paused.instant()).isEqualTo(START);
    assertThat(paused).hasToString("PausableClock[2026-01-01T00:00:00Z, paused]");
    assertThat(PausableClock.paused().instant()).isBetween(START, Instant.now());
  }

  @Test
  void casGoesOnIncreasingWhenItJumpsBack() {
    clock.pause();
    Bucket bucket = new Bucket("data", "0".repeat(32), 1, clock);
    long last = 0;
    for (Duration jump : new Duration[] {HOUR, HOUR.negated(), HOUR.negated(), HOUR}) {
      clock.advance(jump);
      for (int i = 0; i < 3; i++) {
        Write write = new Write().set("v".getBytes(UTF_8), 0, 0, 0, 0);
        long cas = bucket.vbucket(0).set(Key.of("k" + i), write).cas();
        assertThat(cas).isGreaterThan(last);
        last = cas;
      }
    }
    assertThat(last).as("caught up in the end, one by one").isGreaterThan(START.getEpochSecond());
  }
}
