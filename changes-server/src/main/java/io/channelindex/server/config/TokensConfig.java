package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are made (S2 to S4). Every server reads the tokens of all strategies.
 *
 * @param strategy stateless, lookup, or relative
 * @param expiry how long a token is good for at least, where it needs something to be stored
 * @param baseInterval how often clocks are published for {@code relative} tokens, at most
 */
public record TokensConfig(Strategy strategy, Duration expiry, Duration baseInterval) {
  /** Stateless; a week; every 30 seconds. */
  public static final TokensConfig DEFAULT = of(TokenSettings.DEFAULT);

  private static final int INTERVALS_PER_LIFE = 8;

  public TokensConfig {
    Require.range("tokens.expiry", expiry, TokenSettings.MIN_LIFE, Duration.ofDays(365));
    Require.range(
        "tokens.baseInterval",
        baseInterval,
        Duration.ofSeconds(5),
        expiry.dividedBy(INTERVALS_PER_LIFE));
  }

  /** Fills in what is absent. */
  @JsonCreator
  static TokensConfig of(
      @JsonProperty("strategy") @Nullable String strategy,
      @JsonProperty("expiry") @Nullable String expiry,
      @JsonProperty("baseInterval") @Nullable String baseInterval) {
    Duration life = expiry == null ? DEFAULT.expiry() : Durations.parse(expiry);
    return new TokensConfig(
        strategy == null ? DEFAULT.strategy() : strategy(strategy),
        life,
        baseInterval == null ? defaultInterval(life) : Durations.parse(baseInterval));
  }

  private static TokensConfig of(TokenSettings settings) {
    return new TokensConfig(settings.strategy(), settings.life(), settings.baseInterval());
  }

  /** As often as usual, and often enough for tokens that are short-lived. */
  private static Duration defaultInterval(Duration life) {
    Duration most = life.dividedBy(INTERVALS_PER_LIFE);
    return most.compareTo(DEFAULT.baseInterval()) < 0 ? most : DEFAULT.baseInterval();
  }

  private static Strategy strategy(String text) {
    try {
      return Strategy.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "unknown: tokens.strategy=" + text + ", known=stateless, lookup, relative", e);
    }
  }

  /** What the index is to be opened with. */
  public TokenSettings settings() {
    return new TokenSettings(strategy, expiry, baseInterval, TokenSettings.DEFAULT.cachedClocks());
  }
}
