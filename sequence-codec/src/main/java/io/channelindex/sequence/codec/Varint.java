package io.channelindex.sequence.codec;

import java.nio.ByteBuffer;

/**
 * Unsigned 64-bit numbers in 1 … 10 bytes: seven bits per byte, the lowest first, the high bit set
 * in all bytes but the last. Every number has one spelling; longer ones are refused.
 */
public final class Varint {
  /** The most bytes that a number takes. */
  public static final int MAX_BYTES = 10;

  private Varint() {}

  /** Writes a number at the buffer's position, which is left after it. */
  public static void put(ByteBuffer out, long number) {
    long rest = number;
    while ((rest & ~0x7fL) != 0) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  /** Writes a number from an offset on; the offset after it. */
  static int put(byte[] out, int offset, long number) {
    int end = offset;
    long rest = number;
    while ((rest & ~0x7fL) != 0) {
      out[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[end++] = (byte) rest;
    return end;
  }

  /** How many bytes {@link #put} writes. */
  public static int length(long number) {
    return (Long.SIZE + 6 - Long.numberOfLeadingZeros(number | 1)) / 7;
  }

  /**
   * Reads the number at the buffer's position, which is left after it.
   *
   * @throws CorruptClockException if it is truncated, above 2^64 - 1, or longer than need be
   */
  public static long get(ByteBuffer in) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!in.hasRemaining()) {
        throw new CorruptClockException("number truncated: bytes=" + shift / 7);
      }
      byte next = in.get();
      number |= (next & 0x7fL) << shift;
      if (next >= 0) {
        requireShortest(next, shift);
        return number;
      }
    }
    throw new CorruptClockException("number too long: maxBytes=" + MAX_BYTES);
  }

  private static void requireShortest(byte last, int shift) {
    if (last == 0 && shift > 0) {
      throw new CorruptClockException("number longer than need be: bytes=" + (shift / 7 + 1));
    }
    if (shift == 63 && last > 1) {
      throw new CorruptClockException("number out of range: bits=" + (shift + 7));
    }
  }

  /**
   * Reads the number at the buffer's position, which is left after it.
   *
   * @param name of what is counted, for the message
   * @param max the highest that is accepted
   * @throws CorruptClockException if it is none, or higher
   */
  public static int get(ByteBuffer in, String name, int max) {
    long number = get(in);
    if (Long.compareUnsigned(number, max) > 0) {
      throw new CorruptClockException(
          name + " out of range: " + name + "=" + Long.toUnsignedString(number) + ", max=" + max);
    }
    return (int) number;
  }
}
