package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How feeds learn that the index moved (R2, R3).
 *
 * @param mode pushed by the index bucket's own change streams, or polled
 * @param interval how often the counter is polled, start to start; for {@code poll}
 * @param slowInterval how often to look without a hint, in either mode
 * @param handOver whether the feeds of this server get what it commits itself at once and from
 *     memory, in either mode; without, they learn of it and read it as those of other servers do
 */
public record WakeUpsConfig(Mode mode, Duration interval, Duration slowInterval, boolean handOver) {
  /** Where wake-ups come from. */
  public enum Mode {
    /** The index bucket's change streams. */
    PUSH,
    /** A counter that is read again and again. */
    POLL
  }

  /** Handed over or pushed, and a look every 5 seconds. */
  public static final WakeUpsConfig DEFAULT =
      new WakeUpsConfig(Mode.PUSH, Duration.ofMillis(100), Duration.ofSeconds(5), true);

  public WakeUpsConfig {
    Require.range("wakeUps.interval", interval, Duration.ofMillis(1), Duration.ofMinutes(1));
    Require.range(
        "wakeUps.slowInterval", slowInterval, Duration.ofMillis(100), Duration.ofMinutes(10));
  }

  /** Fills in what is absent. */
  @JsonCreator
  static WakeUpsConfig of(
      @JsonProperty("mode") @Nullable String mode,
      @JsonProperty("interval") @Nullable String interval,
      @JsonProperty("slowInterval") @Nullable String slowInterval,
      @JsonProperty("handOver") @Nullable Boolean handOver) {
    return new WakeUpsConfig(
        mode == null ? DEFAULT.mode() : mode(mode),
        interval == null ? DEFAULT.interval() : Durations.parse(interval),
        slowInterval == null ? DEFAULT.slowInterval() : Durations.parse(slowInterval),
        handOver == null ? DEFAULT.handOver() : handOver);
  }

  private static Mode mode(String text) {
    try {
      return Mode.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("unknown: wakeUps.mode=" + text + ", known=push, poll", e);
    }
  }
}
