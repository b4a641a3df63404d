package io.channelindex.sequence.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers of the same few bits one behind the other, the lowest bit of the first number in the
 * lowest bit of the first byte; zero bits fill the last byte.
 */
final class BitPacking {
  private BitPacking() {}

  /** How many bytes so many numbers take. */
  static int bytes(int count, int width) {
    return (count * width + Byte.SIZE - 1) / Byte.SIZE;
  }

  private static long mask(int width) {
    return width == 0 ? 0 : -1L >>> (Long.SIZE - width);
  }

  /** Packs numbers into a buffer. */
  static final class Writer {
    private final ByteBuffer out;
    private final int width;
    private final long mask;
    private long pending;
    private int pendingBits;

    /** Packs from the buffer's position on; {@code width} is 0 … 64 bits. */
    Writer(ByteBuffer out, int width) {
      this.out = out;
      this.width = width;
      this.mask = mask(width);
    }

    /** Adds the lowest bits of a number. */
    void put(long number) {
      long bits = number & mask;
      pending |= bits << pendingBits;
      pendingBits += width;
      if (pendingBits >= Long.SIZE) {
        out.putLong(littleEndian(pending, out));
        pendingBits -= Long.SIZE;
        // A shift by 64 would be one by 0.
        pending = pendingBits == 0 ? 0 : bits >>> (width - pendingBits);
      }
    }

    /** Writes what is not yet written. */
    void finish() {
      for (int left = pendingBits; left > 0; left -= Byte.SIZE) {
        out.put((byte) pending);
        pending >>>= Byte.SIZE;
      }
      pendingBits = 0;
    }
  }

  /**
   * Unpacks numbers from the buffer's position on, which is left after them.
   *
   * @throws CorruptClockException if they are truncated or the last byte is not filled with zeros
   */
  static long[] read(ByteBuffer in, int count, int width) {
    int bytes = bytes(count, width);
    if (in.remaining() < bytes) {
      throw new CorruptClockException(
          "packed numbers truncated: bytes=" + bytes + ", remaining=" + in.remaining());
    }
    int end = in.position() + bytes;
    long[] numbers = new long[count];
    long mask = mask(width);
    long pending = 0;
    int pendingBits = 0;
    for (int i = 0; i < count; i++) {
      long number = pending;
      if (pendingBits < width) {
        int had = pendingBits;
        int left = end - in.position();
        pendingBits = Math.min(Long.BYTES, left) * Byte.SIZE;
        pending = left >= Long.BYTES ? littleEndian(in.getLong(), in) : lastBytes(in, left);
        number |= pending << had;
        int taken = width - had;
        pending = taken == Long.SIZE ? 0 : pending >>> taken;
        pendingBits -= taken;
      } else {
        pending = width == Long.SIZE ? 0 : pending >>> width;
        pendingBits -= width;
      }
      numbers[i] = number & mask;
    }
    if (pending != 0) {
      throw new CorruptClockException("last byte not filled with zeros: width=" + width);
    }
    return numbers;
  }

  private static long lastBytes(ByteBuffer in, int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes |= (in.get() & 0xffL) << (i * Byte.SIZE);
    }
    return bytes;
  }

  private static long littleEndian(long value, ByteBuffer buffer) {
    return buffer.order() == ByteOrder.LITTLE_ENDIAN ? value : Long.reverseBytes(value);
  }
}
