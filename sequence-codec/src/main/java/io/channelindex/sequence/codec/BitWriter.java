package io.channelindex.sequence.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bits one behind the other, the first in the lowest bit of the first byte; zero bits fill the last
 * byte. Every put overwrites the eight bytes from the current one on: the array needs {@link
 * #SLACK_BYTES} behind what is written.
 */
final class BitWriter {
  /** How far behind its bits a writer may write. */
  static final int SLACK_BYTES = Long.BYTES;

  /** The most bits of one {@link #put}. */
  static final int MAX_BITS = Long.SIZE - Byte.SIZE;

  static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  final byte[] out;

  /** The byte that the next bit goes to. */
  int position;

  /** What that byte has so far, zeros above. */
  long pending;

  /** How many bits that byte has so far, 0 … 7. */
  int pendingBits;

  BitWriter(byte[] out, int offset) {
    this.out = out;
    this.position = offset;
  }

  /** Adds a number of so many bits, at most {@link #MAX_BITS}; it has none above them. */
  void put(long number, int bits) {
    pending |= number << pendingBits;
    LITTLE_ENDIAN.set(out, position, pending);
    int filled = pendingBits + bits;
    position += filled >>> 3;
    pending >>>= filled & -Byte.SIZE;
    pendingBits = filled & (Byte.SIZE - 1);
  }

  /** Adds the lowest bits of a number, 0 … 64 of them. */
  void putAny(long number, int bits) {
    int low = Math.min(bits, Integer.SIZE);
    put(number & mask(low), low);
    put((number >>> Integer.SIZE) & mask(bits - low), bits - low);
  }

  /** Adds a number of 0 … 64 bits and how many they are: seven bits more. */
  void putSized(long number) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(number);
    put(bits, SIZE_BITS);
    putAny(number, bits);
  }

  /** The bits in which {@link #putSized} says how many follow. */
  static final int SIZE_BITS = 7;

  /** How many bits {@link #putSized} adds. */
  static int sizedBits(long number) {
    return SIZE_BITS + Long.SIZE - Long.numberOfLeadingZeros(number);
  }

  /** Fills the last byte; the offset after it. */
  int finish() {
    return pendingBits == 0 ? position : position + 1;
  }

  /** So many one bits, 0 … 64. */
  static long mask(int bits) {
    return bits == 0 ? 0 : -1L >>> (Long.SIZE - bits);
  }
}
