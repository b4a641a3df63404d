package io.channelindex.sequence.token;

import java.time.Duration;

/**
 * How tokens are made.
 *
 * @param strategy which
 * @param life how long a token that needs a store is good for after it was handed out, at least;
 *     one minute or more
 * @param baseInterval how often base clocks are published at most, whatever the number of servers;
 *     5 seconds … an eighth of {@code life}
 * @param cachedClocks how many clocks are kept in memory for each of what is stored and what is
 *     published; 8 KB each where there are 1,024 vbuckets
 */
public record TokenSettings(
    Strategy strategy, Duration life, Duration baseInterval, int cachedClocks) {
  /** The strategies. */
  public enum Strategy {
    /** Tokens say everything themselves (S4). */
    STATELESS,
    /** Tokens name clocks that are stored (S2). */
    LOOKUP,
    /** Tokens tell the difference to published clocks (S3). */
    RELATIVE
  }

  /** The shortest life of a token. */
  public static final Duration MIN_LIFE = Duration.ofMinutes(1);

  /** A week, a base clock every 30 seconds, a thousand clocks. */
  public static final TokenSettings DEFAULT =
      new TokenSettings(Strategy.STATELESS, Duration.ofDays(7), Duration.ofSeconds(30), 1_000);

  public TokenSettings {
    if (life.compareTo(MIN_LIFE) < 0) {
      throw new IllegalArgumentException("life too short: life=" + life + ", min=" + MIN_LIFE);
    }
    if (baseInterval.compareTo(TokenTime.TICK) < 0
        || baseInterval.multipliedBy(8).compareTo(life) > 0) {
      throw new IllegalArgumentException(
          "base interval out of range: baseInterval="
              + baseInterval
              + ", min="
              + TokenTime.TICK
              + ", max=life/8="
              + life.dividedBy(8));
    }
    if (cachedClocks < 1) {
      throw new IllegalArgumentException("no room for clocks: cachedClocks=" + cachedClocks);
    }
  }

  /** The same with another strategy. */
  public TokenSettings with(Strategy other) {
    return new TokenSettings(other, life, baseInterval, cachedClocks);
  }
}
