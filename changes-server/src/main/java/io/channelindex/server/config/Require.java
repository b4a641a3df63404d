package io.channelindex.server.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What values have to be, with messages that name them. */
final class Require {
  private Require() {}

  static void present(String name, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("missing: " + name);
    }
  }

  static void oneOf(String name, String value, List<String> known) {
    if (!known.contains(value)) {
      throw new IllegalArgumentException(
          "unknown: " + name + "=" + value + ", expected=" + String.join("|", known));
    }
  }

  static int range(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
    }
    return value;
  }

  static Duration range(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "out of range: "
              + name
              + "="
              + Durations.format(value)
              + ", min="
              + Durations.format(min)
              + ", max="
              + Durations.format(max));
    }
    return value;
  }
}
