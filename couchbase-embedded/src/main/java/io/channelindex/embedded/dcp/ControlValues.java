package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Status;

/** Reads the values of control messages; what is not allowed is {@link Status#EINVAL}. */
final class ControlValues {
  private static final int MILLIS_PER_SECOND = 1000;

  private ControlValues() {}

  /** A switch that goes both ways; as on the real server, all but {@code true} means off. */
  static boolean isOn(String value) {
    return value.equals("true");
  }

  /** Checks that {@code value} is one of {@code allowed}. */
  static void requireOneOf(String value, String... allowed) {
    for (String each : allowed) {
      if (each.equals(value)) {
        return;
      }
    }
    throw StatusException.of(Status.EINVAL);
  }

  /** A whole number from {@code min} to {@code max}. */
  static long number(String value, long min, long max) {
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw StatusException.of(Status.EINVAL);
    }
    throw StatusException.of(Status.EINVAL);
  }

  /** Seconds, maybe with a fraction, as milliseconds from {@code min} to {@code max}. */
  static long millis(String seconds, long min, long max) {
    try {
      double millis = Double.parseDouble(seconds) * MILLIS_PER_SECOND;
      if (millis >= min && millis <= max) {
        return Math.round(millis);
      }
    } catch (NumberFormatException e) {
      throw StatusException.of(Status.EINVAL);
    }
    throw StatusException.of(Status.EINVAL);
  }
}
