package io.channelindex.server.http;

import java.time.Duration;

/** What the settings of this package demand of their values. */
final class Requirement {
  private Requirement() {}

  static void between(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
    }
  }

  static void between(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          name + " out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
    }
  }
}
