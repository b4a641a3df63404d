package io.channelindex.sequence.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where numbers of the same few bits, the width w, are in bytes. Each full group of 512 takes
 * exactly 64 w bytes: number i of a group is in lane i % 8, and each lane is a bit string of its
 * own, so that a machine adds to several of them in one step.
 *
 * <pre>
 *   little-endian words of 64 bits; word k of lane j is word 8 k + j
 *  +--------+--------+-- --+--------+--------+-- --+--------+-- --+----------+
 *  | lane 0 | lane 1 | ... | lane 7 | lane 0 | ... | lane 7 | ... | lane 7   |
 *  | word 0 | word 0 |     | word 0 | word 1 |     | word 1 |     | word w-1 |
 *  +--------+--------+-- --+--------+--------+-- --+--------+-- --+----------+
 *    lane j: numbers j, 8 + j, 16 + j, … 504 + j, each behind the one before, lowest bits first
 * </pre>
 *
 * <p>The numbers behind the last full group (all of them, in clocks of 64 and 128 vbuckets) are one
 * such bit string, zero bits fill its last byte.
 */
final class PackedNumbers {
  static final int LANES = 8;
  static final int ROWS = Long.SIZE;

  /** How many numbers a group has. */
  static final int GROUP = LANES * ROWS;

  /** A little-endian word in a byte array. */
  static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private PackedNumbers() {}

  /** How many bytes so many numbers take. */
  static int bytes(int count, int width) {
    return (count * width + Byte.SIZE - 1) / Byte.SIZE;
  }

  static long mask(int width) {
    return -1L >>> (Long.SIZE - width);
  }

  static void packRest(
      long[] numbers, int from, int to, long base, int width, byte[] out, int offset) {
    int position = offset;
    long word = 0;
    int bits = 0;
    for (int i = from; i < to; i++) {
      long number = numbers[i] - base;
      word |= number << bits;
      bits += width;
      if (bits >= Long.SIZE) {
        WORD.set(out, position, word);
        position += Long.BYTES;
        bits -= Long.SIZE;
        // In two steps: a shift by 64 would be one by 0.
        word = number >>> 1 >>> (width - bits - 1);
      }
    }
    for (int left = bits; left > 0; left -= Byte.SIZE) {
      out[position++] = (byte) word;
      word >>>= Byte.SIZE;
    }
  }

  static boolean unpackRest(
      byte[] in, int offset, long base, int width, long[] numbers, int from, int to) {
    int end = offset + bytes(to - from, width);
    long mask = mask(width);
    int position = offset;
    long word = 0;
    int bits = 0;
    for (int i = from; i < to; i++) {
      long number = word;
      if (bits >= width) {
        word = word >>> 1 >>> (width - 1);
        bits -= width;
      } else {
        int available = Math.min(Long.BYTES, end - position);
        long next =
            available == Long.BYTES ? (long) WORD.get(in, position) : last(in, position, end);
        position += available;
        number |= next << bits;
        int taken = width - bits;
        word = next >>> 1 >>> (taken - 1);
        bits = available * Byte.SIZE - taken;
      }
      numbers[i] = (number & mask) + base;
    }
    return word == 0;
  }

  private static long last(byte[] in, int from, int to) {
    long word = 0;
    for (int i = to - 1; i >= from; i--) {
      word = (word << Byte.SIZE) | (in[i] & 0xffL);
    }
    return word;
  }
}
