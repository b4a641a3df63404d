package io.channelindex.sequence.codec;

/**
 * Reads what {@link BitWriter} wrote. Behind the end there are zeros; that there were too few bits
 * is said by {@link #finish}: who reads in loops bounds them.
 */
final class BitReader {
  /** The bits of a {@link #peek} that count. */
  static final int PEEK_BITS = Long.SIZE - Byte.SIZE + 1;

  private final byte[] in;
  private final int start;
  private final int end;
  private long bit;

  /** Reads from {@code start} on, and never at {@code end} or after it. */
  BitReader(byte[] in, int start, int end) {
    this.in = in;
    this.start = start;
    this.end = end;
  }

  /** The next {@link #PEEK_BITS} bits and perhaps some more, the first in the lowest. */
  long peek() {
    return peek(in, start, end, bit);
  }

  private static long peek(byte[] in, int start, int end, long bit) {
    long at = start + (bit >>> 3);
    long word =
        at <= (long) end - Long.BYTES ? (long) BitWriter.LITTLE_ENDIAN.get(in, (int) at) : 0;
    if (at > (long) end - Long.BYTES) {
      for (long i = (long) end - 1; i >= at; i--) {
        word = (word << Byte.SIZE) | (in[(int) i] & 0xff);
      }
    }
    return word >>> (bit & 7);
  }

  /** Goes so many bits on. */
  void skip(int bits) {
    bit += bits;
  }

  /** The next bits, at most {@link #PEEK_BITS}, as a number. */
  long read(int bits) {
    long number = peek() & BitWriter.mask(bits);
    bit += bits;
    return number;
  }

  /** The next 0 … 64 bits as a number. */
  long readAny(int bits) {
    int low = Math.min(bits, Integer.SIZE);
    long number = read(low);
    return (read(bits - low) << Integer.SIZE) | number;
  }

  /**
   * What {@link BitWriter#putSized} wrote.
   *
   * @throws CorruptClockException if it says more than 64 bits, or more than the number needs
   */
  long readSized() {
    int bits = (int) read(BitWriter.SIZE_BITS);
    if (bits > Long.SIZE) {
      throw new CorruptClockException("size out of range: bits=" + bits + ", max=" + Long.SIZE);
    }
    long number = readAny(bits);
    if (Long.SIZE - Long.numberOfLeadingZeros(number) != bits) {
      throw new CorruptClockException("number longer than need be: bits=" + bits);
    }
    return number;
  }

  /**
   * The offset after the last byte that was begun.
   *
   * @throws CorruptClockException if there were fewer bits than were read, or the last byte is not
   *     filled with zeros
   */
  int finish() {
    long bytes = (bit + Byte.SIZE - 1) >>> 3;
    if (bytes > end - start) {
      throw new CorruptClockException(
          "bits truncated: bytes=" + bytes + ", remaining=" + (end - start));
    }
    int after = (int) (start + bytes);
    if ((bit & 7) != 0 && (in[after - 1] & 0xff) >>> (bit & 7) != 0) {
      throw new CorruptClockException("last byte not filled with zeros: bits=" + bit);
    }
    return after;
  }
}
