package io.channelindex.sequence.kernel;

import static io.channelindex.sequence.kernel.PackedNumbers.LANES;
import static io.channelindex.sequence.kernel.PackedNumbers.ROWS;
import static io.channelindex.sequence.kernel.PackedNumbers.WORD;

/**
 * Kernels in plain Java. Numbers are compared without branches, because which of two is greater
 * cannot be predicted, and in forms that compilers turn into vector instructions.
 */
final class ScalarKernels extends ClockKernels {
  static final ScalarKernels INSTANCE = new ScalarKernels();

  /** Order is decided after so many numbers, where it can be. */
  private static final int ORDER_BLOCK = 128;

  private static final int LANES_AT_ONCE = 4;

  private ScalarKernels() {
    super("scalar");
  }

  /**
   * The highest bit says whether a &lt; b, unsigned (Warren, Hacker's Delight, 2nd edition, 2–12).
   */
  private static long before(long a, long b) {
    return (~a & b) | ((~a | b) & (a - b));
  }

  /** How far a number is ahead of another, 0 if it is not. */
  private static long ahead(long a, long b) {
    // All ones if ahead: an arithmetic shift would keep some compilers from using vectors.
    long mask = ((before(b, a) >>> (Long.SIZE - 1)) ^ 1) - 1;
    return (a - b) & mask;
  }

  @Override
  public void max(long[] a, long[] b, long[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = b[i] + ahead(a[i], b[i]);
    }
  }

  @Override
  public int order(long[] a, long[] b, int count) {
    long before = 0;
    long after = 0;
    for (int from = 0; from < count && (before & after) >= 0; from += ORDER_BLOCK) {
      int to = Math.min(count, from + ORDER_BLOCK);
      for (int i = from; i < to; i++) {
        before |= before(a[i], b[i]);
        after |= before(b[i], a[i]);
      }
    }
    return (before < 0 ? SOME_BEFORE : 0) | (after < 0 ? SOME_AFTER : 0);
  }

  @Override
  public void after(long[] a, long[] b, int count, long[] words) {
    for (int from = 0; from < count; from += Long.SIZE) {
      int to = Math.min(count, from + Long.SIZE);
      long word = 0;
      for (int i = from; i < to; i++) {
        word |= (before(b[i], a[i]) >>> (Long.SIZE - 1)) << i;
      }
      words[from / Long.SIZE] = word;
    }
  }

  @Override
  public void ahead(long[] a, long[] b, long[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = ahead(a[i], b[i]);
    }
  }

  @Override
  public void range(long[] numbers, int count, byte[] out, int offset) {
    // Below 2^63, where all real seqnos are, signed and unsigned order are the same.
    if (signedRange(numbers, count, 0, out, offset) < 0) {
      signedRange(numbers, count, Long.MIN_VALUE, out, offset);
    }
  }

  private static long signedRange(long[] numbers, int count, long flip, byte[] out, int offset) {
    // Two chains each: every step of one waits for its last.
    long min0 = Long.MAX_VALUE;
    long min1 = Long.MAX_VALUE;
    long max0 = Long.MIN_VALUE;
    long max1 = Long.MIN_VALUE;
    int i = 0;
    for (; i <= count - 2; i += 2) {
      long number0 = numbers[i] ^ flip;
      long number1 = numbers[i + 1] ^ flip;
      min0 = Math.min(min0, number0);
      min1 = Math.min(min1, number1);
      max0 = Math.max(max0, number0);
      max1 = Math.max(max1, number1);
    }
    if (i < count) {
      min0 = Math.min(min0, numbers[i] ^ flip);
      max0 = Math.max(max0, numbers[i] ^ flip);
    }
    long min = Math.min(min0, min1);
    putRange(min, Math.max(max0, max1), flip, out, offset);
    return min;
  }

  @Override
  void packGroup(long[] numbers, int from, long base, int width, byte[] out, int offset) {
    for (int lane = 0; lane < LANES; lane += LANES_AT_ONCE) {
      packLanes(numbers, from + lane, base, width, out, offset + lane * Long.BYTES);
    }
  }

  private static void packLanes(
      long[] numbers, int from, long base, int width, byte[] out, int offset) {
    int position = offset;
    long word0 = 0;
    long word1 = 0;
    long word2 = 0;
    long word3 = 0;
    int bits = 0;
    for (int row = 0; row < ROWS; row++) {
      int i = from + row * LANES;
      long number0 = numbers[i] - base;
      long number1 = numbers[i + 1] - base;
      long number2 = numbers[i + 2] - base;
      long number3 = numbers[i + 3] - base;
      word0 |= number0 << bits;
      word1 |= number1 << bits;
      word2 |= number2 << bits;
      word3 |= number3 << bits;
      bits += width;
      if (bits >= Long.SIZE) {
        WORD.set(out, position, word0);
        WORD.set(out, position + Long.BYTES, word1);
        WORD.set(out, position + 2 * Long.BYTES, word2);
        WORD.set(out, position + 3 * Long.BYTES, word3);
        position += LANES * Long.BYTES;
        bits -= Long.SIZE;
        // In two steps: a shift by 64 would be one by 0.
        int written = width - bits - 1;
        word0 = number0 >>> 1 >>> written;
        word1 = number1 >>> 1 >>> written;
        word2 = number2 >>> 1 >>> written;
        word3 = number3 >>> 1 >>> written;
      }
    }
  }

  @Override
  void unpackGroup(byte[] in, int offset, long base, int width, long[] numbers, int from) {
    for (int lane = 0; lane < LANES; lane += LANES_AT_ONCE) {
      unpackLanes(in, offset + lane * Long.BYTES, base, width, numbers, from + lane);
    }
  }

  private static void unpackLanes(
      byte[] in, int offset, long base, int width, long[] numbers, int from) {
    long mask = PackedNumbers.mask(width);
    int position = offset;
    int end = offset + width * LANES * Long.BYTES;
    long word0 = (long) WORD.get(in, position);
    long word1 = (long) WORD.get(in, position + Long.BYTES);
    long word2 = (long) WORD.get(in, position + 2 * Long.BYTES);
    long word3 = (long) WORD.get(in, position + 3 * Long.BYTES);
    int bits = 0;
    for (int row = 0; row < ROWS; row++) {
      long number0 = word0 >>> bits;
      long number1 = word1 >>> bits;
      long number2 = word2 >>> bits;
      long number3 = word3 >>> bits;
      bits += width;
      if (bits >= Long.SIZE) {
        bits -= Long.SIZE;
        position += LANES * Long.BYTES;
        if (position < end) {
          word0 = (long) WORD.get(in, position);
          word1 = (long) WORD.get(in, position + Long.BYTES);
          word2 = (long) WORD.get(in, position + 2 * Long.BYTES);
          word3 = (long) WORD.get(in, position + 3 * Long.BYTES);
        }
        if (bits > 0) {
          int had = width - bits;
          number0 |= word0 << had;
          number1 |= word1 << had;
          number2 |= word2 << had;
          number3 |= word3 << had;
        }
      }
      int i = from + row * LANES;
      numbers[i] = (number0 & mask) + base;
      numbers[i + 1] = (number1 & mask) + base;
      numbers[i + 2] = (number2 & mask) + base;
      numbers[i + 3] = (number3 & mask) + base;
    }
  }
}
