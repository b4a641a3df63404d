package io.channelindex.sequence.kernel;

import static io.channelindex.sequence.kernel.PackedNumbers.LANES;
import static io.channelindex.sequence.kernel.PackedNumbers.ROWS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels with the Vector API, as far as it is the same from JDK 17 to 25: its unsigned comparisons
 * changed their names and its access to byte arrays went away, so numbers are compared with their
 * highest bit flipped, and bytes are moved as vectors of bytes.
 */
final class VectorKernels extends ClockKernels {
  /** At most four numbers: a group then has at least two vectors side by side. */
  private static final VectorShape SHAPE =
      LongVector.SPECIES_PREFERRED.length() > 4
          ? VectorShape.S_256_BIT
          : LongVector.SPECIES_PREFERRED.vectorShape();

  private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LENGTH = LONGS.length();
  private static final int VECTOR_BYTES = LENGTH * Long.BYTES;
  private static final int ROW_BYTES = LANES * Long.BYTES;

  /** The halves of numbers that are looked at as two of 32 bits. */
  private static final VectorMask<Integer> LOWER =
      VectorMask.fromLong(INTS, 0x5555_5555_5555_5555L);

  private static final VectorMask<Integer> UPPER =
      VectorMask.fromLong(INTS, 0xaaaa_aaaa_aaaa_aaaaL);

  /** So far from the first one numbers may be to be compared by their lower halves. */
  private static final long CLOSE = 1L << 30;

  /** Order is decided after so many numbers, where it can be. */
  private static final int ORDER_BLOCK = 256;

  VectorKernels() {
    super("vector-" + LENGTH * Long.SIZE);
    if (LENGTH < 2) {
      throw new IllegalStateException("no vectors of long numbers: length=" + LENGTH);
    }
  }

  private static LongVector at(long[] numbers, int i) {
    return LongVector.fromArray(LONGS, numbers, i);
  }

  private static LongVector flipped(long[] numbers, int i) {
    return at(numbers, i).lanewise(VectorOperators.XOR, Long.MIN_VALUE);
  }

  private static boolean isAfter(long a, long b) {
    return Long.compareUnsigned(a, b) > 0;
  }

  @Override
  public void max(long[] a, long[] b, long[] out, int count) {
    int i = 0;
    for (int end = LONGS.loopBound(count); i < end; i += LENGTH) {
      VectorMask<Long> isBefore = flipped(a, i).compare(VectorOperators.LT, flipped(b, i));
      at(a, i).blend(at(b, i), isBefore).intoArray(out, i);
    }
    for (; i < count; i++) {
      out[i] = isAfter(a[i], b[i]) ? a[i] : b[i];
    }
  }

  @Override
  public int order(long[] a, long[] b, int count) {
    int order = 0;
    int end = LONGS.loopBound(count);
    for (int from = 0; from < end && order != (SOME_BEFORE | SOME_AFTER); from += ORDER_BLOCK) {
      order |= orderOfBlock(a, b, from, Math.min(end, from + ORDER_BLOCK));
    }
    for (int i = end; i < count; i++) {
      order |= isAfter(b[i], a[i]) ? SOME_BEFORE : 0;
      order |= isAfter(a[i], b[i]) ? SOME_AFTER : 0;
    }
    return order;
  }

  private static int orderOfBlock(long[] a, long[] b, int from, int to) {
    VectorMask<Long> before = LONGS.maskAll(false);
    VectorMask<Long> after = before;
    int i = from;
    for (; i <= to - 4 * LENGTH; i += 4 * LENGTH) {
      LongVector a0 = flipped(a, i);
      LongVector b0 = flipped(b, i);
      LongVector a1 = flipped(a, i + LENGTH);
      LongVector b1 = flipped(b, i + LENGTH);
      LongVector a2 = flipped(a, i + 2 * LENGTH);
      LongVector b2 = flipped(b, i + 2 * LENGTH);
      LongVector a3 = flipped(a, i + 3 * LENGTH);
      LongVector b3 = flipped(b, i + 3 * LENGTH);
      before =
          before
              .or(a0.compare(VectorOperators.LT, b0).or(a1.compare(VectorOperators.LT, b1)))
              .or(a2.compare(VectorOperators.LT, b2).or(a3.compare(VectorOperators.LT, b3)));
      after =
          after
              .or(a0.compare(VectorOperators.GT, b0).or(a1.compare(VectorOperators.GT, b1)))
              .or(a2.compare(VectorOperators.GT, b2).or(a3.compare(VectorOperators.GT, b3)));
    }
    for (; i < to; i += LENGTH) {
      LongVector one = flipped(a, i);
      LongVector other = flipped(b, i);
      before = before.or(one.compare(VectorOperators.LT, other));
      after = after.or(one.compare(VectorOperators.GT, other));
    }
    return (before.anyTrue() ? SOME_BEFORE : 0) | (after.anyTrue() ? SOME_AFTER : 0);
  }

  @Override
  public void after(long[] a, long[] b, int count, long[] words) {
    int end = count & -Long.SIZE;
    int from = 0;
    for (; from <= end - 4 * Long.SIZE; from += 4 * Long.SIZE) {
      after4(a, b, from, words);
    }
    for (; from < end; from += Long.SIZE) {
      long word = 0;
      for (int i = 0; i < Long.SIZE; i += LENGTH) {
        word |= after(a, b, from + i) << i;
      }
      words[from / Long.SIZE] = word;
    }
    if (end < count) {
      long word = 0;
      for (int i = end; i < count; i++) {
        word |= isAfter(a[i], b[i]) ? 1L << i : 0;
      }
      words[end / Long.SIZE] = word;
    }
  }

  /** Four words at a time: what a loop costs beside its body is then shared by four. */
  private static void after4(long[] a, long[] b, int from, long[] words) {
    long word0 = 0;
    long word1 = 0;
    long word2 = 0;
    long word3 = 0;
    for (int i = 0; i < Long.SIZE; i += LENGTH) {
      word0 |= after(a, b, from + i) << i;
      word1 |= after(a, b, from + i + 64) << i;
      word2 |= after(a, b, from + i + 128) << i;
      word3 |= after(a, b, from + i + 192) << i;
    }
    int word = from / Long.SIZE;
    words[word] = word0;
    words[word + 1] = word1;
    words[word + 2] = word2;
    words[word + 3] = word3;
  }

  /** A bit for each of the numbers of one vector: whether that of {@code a} is greater. */
  private static long after(long[] a, long[] b, int from) {
    return flipped(a, from).compare(VectorOperators.GT, flipped(b, from)).toLong();
  }

  @Override
  public void ahead(long[] a, long[] b, long[] out, int count) {
    int i = 0;
    for (int end = LONGS.loopBound(count); i < end; i += LENGTH) {
      VectorMask<Long> after = flipped(a, i).compare(VectorOperators.GT, flipped(b, i));
      LongVector none = LongVector.zero(LONGS);
      none.blend(at(a, i).sub(at(b, i)), after).intoArray(out, i);
    }
    for (; i < count; i++) {
      out[i] = isAfter(a[i], b[i]) ? a[i] - b[i] : 0;
    }
  }

  @Override
  public void range(long[] numbers, int count, byte[] out, int offset) {
    if (count >= 2 * LENGTH && closeRange(numbers, count, out, offset)) {
      return;
    }
    // Below 2^63, where all real seqnos are, signed and unsigned order are the same.
    if (signedRange(numbers, count, 0, out, offset) < 0) {
      signedRange(numbers, count, Long.MIN_VALUE, out, offset);
    }
  }

  /**
   * The range of numbers that are less than 2^30 from the first one, as those of most clocks are:
   * smallest and greatest of 64 bits take several instructions a step, of 32 bits one.
   *
   * @return whether they are; else nothing was written
   */
  private static boolean closeRange(long[] numbers, int count, byte[] out, int offset) {
    // All numbers less the reference are then below 2^31: upper halves are 0, lower ones positive.
    long reference = numbers[0] - CLOSE;
    LongVector references = LongVector.broadcast(LONGS, reference);
    IntVector min0 = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector min1 = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector max0 = IntVector.broadcast(INTS, Integer.MIN_VALUE);
    IntVector max1 = IntVector.broadcast(INTS, Integer.MIN_VALUE);
    int i = 0;
    for (; i <= count - 2 * LENGTH; i += 2 * LENGTH) {
      IntVector numbers0 = at(numbers, i).sub(references).reinterpretAsInts();
      IntVector numbers1 = at(numbers, i + LENGTH).sub(references).reinterpretAsInts();
      min0 = min0.min(numbers0);
      min1 = min1.min(numbers1);
      max0 = max0.max(numbers0);
      max1 = max1.max(numbers1);
    }
    IntVector mins = min0.min(min1);
    IntVector maxes = max0.max(max1);
    long min = mins.blend(Integer.MAX_VALUE, UPPER).reduceLanes(VectorOperators.MIN);
    long max = maxes.blend(Integer.MIN_VALUE, UPPER).reduceLanes(VectorOperators.MAX);
    boolean close =
        min >= 0
            && mins.blend(0, LOWER).reduceLanes(VectorOperators.MIN) == 0
            && maxes.blend(0, LOWER).reduceLanes(VectorOperators.MAX) == 0;
    for (; i < count; i++) {
      long number = numbers[i] - reference;
      close &= number >>> 31 == 0;
      min = Math.min(min, number);
      max = Math.max(max, number);
    }
    // Not if they are on both sides of 2^64.
    if (!close || Long.compareUnsigned(reference + min, reference + max) > 0) {
      return false;
    }
    putRange(reference + min, reference + max, 0, out, offset);
    return true;
  }

  private static long signedRange(long[] numbers, int count, long flip, byte[] out, int offset) {
    // Two chains each: every step of one waits for its last. Of one vector each: one that begins
    // two of them is allocated.
    LongVector min0 = LongVector.broadcast(LONGS, Long.MAX_VALUE);
    LongVector min1 = LongVector.broadcast(LONGS, Long.MAX_VALUE);
    LongVector max0 = LongVector.broadcast(LONGS, Long.MIN_VALUE);
    LongVector max1 = LongVector.broadcast(LONGS, Long.MIN_VALUE);
    int i = 0;
    for (; i <= count - 2 * LENGTH; i += 2 * LENGTH) {
      LongVector numbers0 = at(numbers, i).lanewise(VectorOperators.XOR, flip);
      LongVector numbers1 = at(numbers, i + LENGTH).lanewise(VectorOperators.XOR, flip);
      min0 = min0.min(numbers0);
      min1 = min1.min(numbers1);
      max0 = max0.max(numbers0);
      max1 = max1.max(numbers1);
    }
    long min = min0.min(min1).reduceLanes(VectorOperators.MIN);
    long max = max0.max(max1).reduceLanes(VectorOperators.MAX);
    for (; i < count; i++) {
      min = Math.min(min, numbers[i] ^ flip);
      max = Math.max(max, numbers[i] ^ flip);
    }
    putRange(min, max, flip, out, offset);
    return min;
  }

  @Override
  void packGroup(long[] numbers, int from, long base, int width, byte[] out, int offset) {
    for (int lane = 0; lane < LANES; lane += 2 * LENGTH) {
      packLanes(numbers, from + lane, base, width, out, offset + lane * Long.BYTES);
    }
  }

  private static void packLanes(
      long[] numbers, int from, long base, int width, byte[] out, int offset) {
    LongVector bases = LongVector.broadcast(LONGS, base);
    LongVector words0 = LongVector.zero(LONGS);
    LongVector words1 = words0;
    int position = offset;
    int bits = 0;
    for (int row = 0; row < ROWS; row++) {
      int i = from + row * LANES;
      LongVector numbers0 = at(numbers, i).sub(bases);
      LongVector numbers1 = at(numbers, i + LENGTH).sub(bases);
      words0 = words0.or(numbers0.lanewise(VectorOperators.LSHL, bits));
      words1 = words1.or(numbers1.lanewise(VectorOperators.LSHL, bits));
      bits += width;
      if (bits >= Long.SIZE) {
        words0.reinterpretAsBytes().intoArray(out, position);
        words1.reinterpretAsBytes().intoArray(out, position + VECTOR_BYTES);
        position += ROW_BYTES;
        bits -= Long.SIZE;
        // In two steps: a shift by 64 would be one by 0.
        int written = width - bits - 1;
        words0 = numbers0.lanewise(VectorOperators.LSHR, 1).lanewise(VectorOperators.LSHR, written);
        words1 = numbers1.lanewise(VectorOperators.LSHR, 1).lanewise(VectorOperators.LSHR, written);
      }
    }
  }

  @Override
  void unpackGroup(byte[] in, int offset, long base, int width, long[] numbers, int from) {
    for (int lane = 0; lane < LANES; lane += 2 * LENGTH) {
      unpackLanes(in, offset + lane * Long.BYTES, base, width, numbers, from + lane);
    }
  }

  private static LongVector words(byte[] in, int position) {
    return ByteVector.fromArray(BYTES, in, position).reinterpretAsLongs();
  }

  private static void unpackLanes(
      byte[] in, int offset, long base, int width, long[] numbers, int from) {
    LongVector bases = LongVector.broadcast(LONGS, base);
    LongVector mask = LongVector.broadcast(LONGS, PackedNumbers.mask(width));
    int position = offset;
    int last = offset + (width - 1) * ROW_BYTES;
    LongVector words0 = words(in, position);
    LongVector words1 = words(in, position + VECTOR_BYTES);
    int bits = 0;
    for (int row = 0; row < ROWS; row++) {
      LongVector numbers0 = words0.lanewise(VectorOperators.LSHR, bits);
      LongVector numbers1 = words1.lanewise(VectorOperators.LSHR, bits);
      bits += width;
      if (bits >= Long.SIZE) {
        bits -= Long.SIZE;
        position = Math.min(position + ROW_BYTES, last);
        words0 = words(in, position);
        words1 = words(in, position + VECTOR_BYTES);
        if (bits > 0) {
          int had = width - bits;
          numbers0 = numbers0.or(words0.lanewise(VectorOperators.LSHL, had));
          numbers1 = numbers1.or(words1.lanewise(VectorOperators.LSHL, had));
        }
      }
      int i = from + row * LANES;
      numbers0.and(mask).add(bases).intoArray(numbers, i);
      numbers1.and(mask).add(bases).intoArray(numbers, i + LENGTH);
    }
  }
}
