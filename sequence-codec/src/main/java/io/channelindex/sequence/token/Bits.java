package io.channelindex.sequence.token;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bits, the highest of each byte first. Not thread-safe. */
final class Bits {
  private Bits() {}

  /** Writes bits; the last byte is filled up with zeros. */
  static final class Writer {
    private byte[] bytes = new byte[64];
    private int size;

    /** The lowest {@code count} bits of a number, 0 … 64 of them. */
    void put(long number, int count) {
      for (int bit = count - 1; bit >= 0; bit--) {
        putBit((int) (number >>> bit) & 1);
      }
    }

    /** So many ones. */
    void ones(int count) {
      for (int i = 0; i < count; i++) {
        putBit(1);
      }
    }

    private void putBit(int bit) {
      int at = size / Byte.SIZE;
      if (at == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * bytes.length);
      }
      bytes[at] |= (byte) (bit << (Byte.SIZE - 1 - size % Byte.SIZE));
      size++;
    }

    byte[] toArray() {
      return Arrays.copyOf(bytes, (size + Byte.SIZE - 1) / Byte.SIZE);
    }
  }

  /** Reads bits from a buffer's position on. */
  static final class Reader {
    private final ByteBuffer in;
    private int current;
    private int left;

    Reader(ByteBuffer in) {
      this.in = in;
    }

    long get(int count) {
      long number = 0;
      for (int i = 0; i < count; i++) {
        number = number << 1 | bit();
      }
      return number;
    }

    /** How many ones come before the next zero, which is read too unless {@code most} came. */
    int ones(int most) {
      int count = 0;
      while (count < most && bit() == 1) {
        count++;
      }
      return count;
    }

    private int bit() {
      if (left == 0) {
        if (!in.hasRemaining()) {
          throw TokenException.malformed("token's advance truncated");
        }
        current = in.get();
        left = Byte.SIZE;
      }
      left--;
      return current >>> left & 1;
    }

    /** The rest of the last byte that was begun, which must be zeros. */
    void end() {
      if (left > 0 && get(left) != 0) {
        throw TokenException.malformed("token's advance with bits left over");
      }
    }
  }
}
