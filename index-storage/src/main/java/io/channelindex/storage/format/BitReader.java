package io.channelindex.storage.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads what {@link BitWriter} wrote. Behind the end of the payload there are zeroes, so that
 * nothing needs to be checked before {@link #finish}, as long as the number of reads is bounded.
 *
 * <p>Confined to one thread.
 */
final class BitReader {
  /** The most bits that one {@link #peek} gives. */
  static final int MAX_PEEK = 57;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final PayloadReader payload;
  private final byte[] bytes;
  private final int begin;
  private final int end;
  private long position;

  /** Begins where the payload stands. */
  BitReader(PayloadReader payload) {
    this.payload = payload;
    this.bytes = payload.array();
    this.begin = payload.skip(0);
    this.end = begin + payload.remaining();
  }

  /** The next 57 bits or more, which are still to be read. */
  long peek() {
    long at = begin + (position >>> 3);
    long word = at + Long.BYTES <= end ? (long) LONGS.get(bytes, (int) at) : tail(at);
    return word >>> (position & 7);
  }

  /** Passes over bits. */
  void skip(int count) {
    position += count;
  }

  /** The next bits, at most 64. */
  long bits(int count) {
    if (count > MAX_PEEK) {
      long low = bits(32);
      return low | bits(count - 32) << 32;
    }
    long value = peek() & ((1L << count) - 1);
    position += count;
    return value;
  }

  /**
   * Passes over the padding; the payload stands behind it.
   *
   * @throws UnreadableDocumentException if more was read than there is, or the padding is not 0
   */
  void finish() {
    int padding = (int) (-position & 7);
    if (position + padding > 8L * (end - begin)) {
      throw payload.corrupt("bits cut off: bits=" + position + ", bytes=" + (end - begin));
    }
    if (bits(padding) != 0) {
      throw payload.corrupt("bits left over: bits=" + position);
    }
    payload.skip((int) (position >>> 3));
  }

  private long tail(long at) {
    long word = 0;
    for (int i = 0; i < Long.BYTES && at + i < end; i++) {
      word |= (bytes[(int) at + i] & 0xffL) << (8 * i);
    }
    return word;
  }
}
