package io.channelindex.perf.config;

import java.time.Duration;

/** The ranges that the configuration records hold themselves to. */
final class Require {
  private Require() {}

  static void range(Setting setting, long value, long minimum, long maximum) {
    if (value < minimum || value > maximum) {
      throw new InvalidSettingException(
          "setting out of range: "
              + setting.key()
              + "="
              + value
              + ", minimum="
              + minimum
              + ", maximum="
              + maximum);
    }
  }

  static void range(Setting setting, Duration value, Duration minimum, Duration maximum) {
    if (value.compareTo(minimum) < 0 || value.compareTo(maximum) > 0) {
      throw new InvalidSettingException(
          "setting out of range: "
              + setting.key()
              + "="
              + seconds(value)
              + ", minimum="
              + seconds(minimum)
              + ", maximum="
              + seconds(maximum));
    }
  }

  static void notBlank(Setting setting, String value) {
    if (value.isBlank()) {
      throw new InvalidSettingException("setting is empty: name=" + setting.key());
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
