package io.channelindex.embedded.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Unsigned LEB128 of 32-bit values: how a collection id precedes every key.
 *
 * <p>Seven bits a byte, the lowest first, the top bit set on every byte but the last; at most
 * {@link #MAX_LENGTH} bytes. An {@code int} stands for the unsigned value of its bits. Only the
 * shortest encoding of a value is well formed, so the length follows from the value: a reader that
 * decoded {@code id} continues {@link #length}{@code (id)} bytes further.
 *
 * <p>Decoding answers {@link #MALFORMED} instead of throwing, because the bytes come from clients:
 * for an encoding that ends too early, has more than five bytes, exceeds 32 bits or is longer than
 * need be.
 *
 * <p>Source: {@code docs/Collections.md}.
 */
public final class Leb128 {
  /** The most bytes that a 32-bit value takes. */
  public static final int MAX_LENGTH = 5;

  /** What decoding answers for bytes that are no well-formed encoding; never a value. */
  public static final long MALFORMED = -1;

  private static final int PAYLOAD_BITS = 7;
  private static final int PAYLOAD_MASK = 0x7f;
  private static final int CONTINUED = 0x80;

  private Leb128() {}

  /** How many bytes {@code value} takes, 1 to {@link #MAX_LENGTH}. */
  public static int length(int value) {
    int significantBits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
    return (significantBits + PAYLOAD_BITS - 1) / PAYLOAD_BITS;
  }

  /** The encoding of {@code value} as an array of its own. */
  public static byte[] encode(int value) {
    byte[] encoded = new byte[length(value)];
    encode(value, encoded, 0);
    return encoded;
  }

  /**
   * Writes the encoding of {@code value} to {@code target} from {@code offset} on.
   *
   * @return the offset behind the last byte written
   * @throws ArrayIndexOutOfBoundsException if {@link #length} bytes do not fit; some of them may
   *     have been written
   */
  public static int encode(int value, byte[] target, int offset) {
    int position = offset;
    int rest = value;
    while ((rest & ~PAYLOAD_MASK) != 0) {
      target[position++] = (byte) ((rest & PAYLOAD_MASK) | CONTINUED);
      rest >>>= PAYLOAD_BITS;
    }
    target[position++] = (byte) rest;
    return position;
  }

  /** Appends the encoding of {@code value} to {@code target}. */
  public static void encode(int value, ByteBuf target) {
    int rest = value;
    while ((rest & ~PAYLOAD_MASK) != 0) {
      target.writeByte((rest & PAYLOAD_MASK) | CONTINUED);
      rest >>>= PAYLOAD_BITS;
    }
    target.writeByte(rest);
  }

  /**
   * Decodes the value that begins at {@code source[from]}; bytes behind it are left alone.
   *
   * @param to the exclusive end of what may be read
   * @return the value, 0 to 2^32-1, or {@link #MALFORMED}
   * @throws ArrayIndexOutOfBoundsException if the range is not inside {@code source}
   */
  public static long decode(byte[] source, int from, int to) {
    int end = Math.min(to, from + MAX_LENGTH);
    long value = 0;
    for (int position = from; position < end; position++) {
      byte next = source[position];
      value |= (long) (next & PAYLOAD_MASK) << (PAYLOAD_BITS * (position - from));
      if (next >= 0) {
        return wellFormed(value, position - from + 1);
      }
    }
    return MALFORMED;
  }

  /**
   * Decodes the value that begins at the absolute index {@code from}; the buffer's own indices do
   * not move, bytes behind the value are left alone.
   *
   * @param to the exclusive end of what may be read
   * @return the value, 0 to 2^32-1, or {@link #MALFORMED}
   * @throws IndexOutOfBoundsException if the range is not inside {@code source}
   */
  public static long decode(ByteBuf source, int from, int to) {
    int end = Math.min(to, from + MAX_LENGTH);
    long value = 0;
    for (int position = from; position < end; position++) {
      byte next = source.getByte(position);
      value |= (long) (next & PAYLOAD_MASK) << (PAYLOAD_BITS * (position - from));
      if (next >= 0) {
        return wellFormed(value, position - from + 1);
      }
    }
    return MALFORMED;
  }

  private static long wellFormed(long value, int length) {
    boolean fits = value >>> Integer.SIZE == 0;
    return fits && length == length((int) value) ? value : MALFORMED;
  }
}
