package io.channelindex.storage.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Lowercase hexadecimal digits and the bytes that they stand for, eight digits at a time: each step
 * is one on all bytes of a long.
 */
final class HexDigits {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int DIGITS = Long.BYTES;
  private static final int OCTETS = DIGITS / 2;
  private static final long EACH = 0x0101010101010101L;

  /** From a digit of 10 … 15 on, letters follow: so far behind the digits 0 … 9. */
  private static final long TO_LETTERS = 'a' - '0' - 10;

  private HexDigits() {}

  /**
   * Reads digits.
   *
   * @param octets how many bytes they are, half as many as digits
   * @param target gets the bytes; undefined there if it was not all digits
   * @return whether all are lowercase hexadecimal digits
   */
  static boolean parse(byte[] digits, int from, int octets, byte[] target, int at) {
    long wrong = 0;
    int done = 0;
    for (; done + OCTETS <= octets; done += OCTETS) {
      long text = (long) LONGS.get(digits, from + 2 * done);
      long values = values(text);
      // What is no digit becomes another text, or more than 15.
      wrong |= (text(values & 15 * EACH) ^ text) | (values & ~(15 * EACH));
      INTS.set(target, at + done, join(values));
    }
    for (; done < octets; done++) {
      int high = Character.digit(digits[from + 2 * done], 16);
      int low = Character.digit(digits[from + 2 * done + 1], 16);
      target[at + done] = (byte) (high << 4 | low);
      wrong |= digit(high & 15) ^ digits[from + 2 * done];
      wrong |= digit(low & 15) ^ digits[from + 2 * done + 1];
    }
    return wrong == 0;
  }

  /** Writes the digits of bytes, twice as many as these. */
  static void format(byte[] source, int from, int octets, byte[] digits, int at) {
    int done = 0;
    for (; done + OCTETS <= octets; done += OCTETS) {
      LONGS.set(digits, at + 2 * done, text(split((int) INTS.get(source, from + done))));
    }
    for (; done < octets; done++) {
      int octet = source[from + done] & 0xff;
      digits[at + 2 * done] = digit(octet >>> 4);
      digits[at + 2 * done + 1] = digit(octet & 15);
    }
  }

  private static byte digit(int value) {
    return (byte) text(value);
  }

  /** Of each byte the low bits, and 9 more where it is a letter, whose low bits count from 1. */
  private static long values(long text) {
    return (text & 15 * EACH) + 9 * ((text >>> 6) & EACH);
  }

  /** Of each byte of 0 … 15 its digit. */
  private static long text(long values) {
    long letters = ((values + 6 * EACH) >>> 4) & EACH;
    return values + '0' * EACH + letters * TO_LETTERS;
  }

  /** Bytes of 0 … 15, the first one lowest, two of them in one. */
  private static int join(long values) {
    long pairs = ((values << 4) | (values >>> 8)) & 0x00ff00ff00ff00ffL;
    pairs = (pairs | (pairs >>> 8)) & 0x0000ffff0000ffffL;
    return (int) (pairs | (pairs >>> 16));
  }

  private static long split(int octets) {
    long pairs = octets & 0xffffffffL;
    pairs = (pairs | (pairs << 16)) & 0x0000ffff0000ffffL;
    pairs = (pairs | (pairs << 8)) & 0x00ff00ff00ff00ffL;
    return ((pairs >>> 4) | (pairs << 8)) & (15 * EACH);
  }
}
