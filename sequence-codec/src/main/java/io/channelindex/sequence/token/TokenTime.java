package io.channelindex.sequence.token;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Time as tokens carry it: ticks of 5 seconds since 2026 in 28 bits, which last until 2068.
 *
 * <p>What a token names was kept at its tick for one and a half lives, and is named by new tokens
 * for half a life: so each is good for a life at least. Immutable.
 */
final class TokenTime {
  static final Duration TICK = Duration.ofSeconds(5);
  static final int MAX_TICK = (1 << 28) - 1;

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final InstantSource clock;
  private final int life;
  private final Duration kept;

  TokenTime(InstantSource clock, Duration life) {
    this.clock = clock;
    this.life = ticks(life);
    // Ticks that have begun, and clocks that are not quite right.
    this.kept = life.plus(life.dividedBy(2)).plus(TICK.multipliedBy(2));
  }

  static int ticks(Duration duration) {
    return (int) Math.min(duration.dividedBy(TICK), MAX_TICK / 2);
  }

  /** The tick that it is: that of a machine whose clock stands before 2026 is the first. */
  int now() {
    long ticks = Duration.between(BEGIN, clock.instant()).dividedBy(TICK);
    return (int) Math.max(0, Math.min(ticks, MAX_TICK));
  }

  /** How long to keep what tokens are going to name. */
  Duration kept() {
    return kept;
  }

  /** Whether new tokens still name what was kept at a tick. */
  boolean isFresh(int tick) {
    return now() - tick <= life / 2;
  }

  /** Whether it is time for something to take the place of what was kept at a tick. */
  boolean isMiddleAged(int tick) {
    return now() - tick > life / 4;
  }

  /** Why nothing is to be found that was kept at a tick. */
  TokenException missing(int tick, String name) {
    int age = now() - tick;
    boolean expired = age > life + life / 2;
    return new TokenException(
        expired ? TokenException.Reason.EXPIRED : TokenException.Reason.UNKNOWN,
        (expired ? "token has expired: " : "token's clock is missing: ")
            + "name="
            + name
            + ", age="
            + TICK.multipliedBy(age));
  }
}
