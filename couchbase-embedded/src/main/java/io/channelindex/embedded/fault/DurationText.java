package io.channelindex.embedded.fault;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as a plan writes them: {@code 250ms}, {@code -1h}, or as ISO 8601 has them. */
public final class DurationText {
  private static final Pattern SHORT = Pattern.compile("(-?\\d{1,15})(ms|s|m|h|d)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  /** Beyond it numbers would have more digits than are read. */
  private static final Duration LONGEST_SHORT = Duration.ofSeconds(100_000_000_000L);

  private DurationText() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if {@code text} is none
   */
  public static Duration parse(String text) {
    try {
      Matcher matcher = SHORT.matcher(text);
      return matcher.matches()
          ? UNITS
              .getOrDefault(matcher.group(2), Duration.ZERO)
              .multipliedBy(Long.parseLong(matcher.group(1)))
          : Duration.parse(text);
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "duration=" + text + ", expected=a number and ms, s, m, h or d, or ISO 8601", e);
    }
  }

  /** Writes a duration so that it can be read again. */
  public static String write(Duration duration) {
    if (duration.abs().compareTo(LONGEST_SHORT) > 0) {
      return duration.toString();
    }
    if (duration.equals(duration.truncatedTo(ChronoUnit.SECONDS))) {
      return duration.toSeconds() + "s";
    }
    return duration.equals(duration.truncatedTo(ChronoUnit.MILLIS))
        ? duration.toMillis() + "ms"
        : duration.toString();
  }
}
