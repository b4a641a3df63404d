package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.nio.charset.StandardCharsets;

/**
 * The arguments of an increment or decrement. All numbers are unsigned 64-bit.
 *
 * @param direction up or down
 * @param delta by how much
 * @param initial the value of a counter that is created
 * @param expiry of a counter that is created, as in a request; all ones: do not create it
 */
public record Counter(Direction direction, long delta, long initial, int expiry) {
  /** Which way a counter moves. */
  public enum Direction {
    UP,
    DOWN
  }

  private static final int DO_NOT_CREATE = -1;

  /** Digits of 2^64 - 1. */
  private static final int MAX_DIGITS = 20;

  boolean creates() {
    return expiry != DO_NOT_CREATE;
  }

  /** Up wraps at 2^64, down stops at 0. */
  long next(long current) {
    if (direction == Direction.UP) {
      return current + delta;
    }
    return Long.compareUnsigned(current, delta) < 0 ? 0 : current - delta;
  }

  static byte[] format(long value) {
    return Long.toUnsignedString(value).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads the decimal number from {@code offset} to the end.
   *
   * @throws StatusException {@link Status#DELTA_BADVAL} if it is none below 2^64
   */
  static long parse(byte[] text, int offset) {
    int digits = text.length - offset;
    if (digits == 0 || digits > MAX_DIGITS) {
      throw StatusException.of(Status.DELTA_BADVAL);
    }
    try {
      String number = new String(text, offset, digits, StandardCharsets.US_ASCII);
      if (number.charAt(0) == '+') {
        throw StatusException.of(Status.DELTA_BADVAL);
      }
      return Long.parseUnsignedLong(number);
    } catch (NumberFormatException e) {
      throw StatusException.of(Status.DELTA_BADVAL);
    }
  }
}
