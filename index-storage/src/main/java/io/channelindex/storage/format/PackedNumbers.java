package io.channelindex.storage.format;

/**
 * A column of numbers of 64 bits, in whichever of four forms seems shortest.
 *
 * <pre>
 *  +-------+-------+--------+-----------+---------------------------+
 *  | form  | width | base   | first     | numbers, lowest bit first |
 *  | octet | octet | varint | varint    |                           |
 *  +-------+-------+--------+-----------+---------------------------+
 *  form 0: number - base in width bits (frame of reference)
 *       1: number - base as a Rice code: its part above width bits in ones and a 0, then the
 *          lowest width bits; 24 ones say that the number stands there in 64 bits
 *       2, 3: the same of the zigzag form of the difference to the number before, but for the first
 *          number, which stands before them in these forms only
 * </pre>
 *
 * A column of one value, or of one difference, has width 0 and no more. Rice codes (Rice, Plaunt
 * 1971) are within a tenth of a bit of the entropy of geometric gaps, and bear outliers, which make
 * a frame of reference wide for all. A column without numbers is empty.
 */
final class PackedNumbers {
  static final int BITS = 0;
  static final int RICE = 1;
  static final int DIFFERENCES = 2;

  private static final int ESCAPE = 24;
  private static final int MAX_RICE_WIDTH = 56;
  private static final int SAMPLES = 128;
  // About what the first number takes, which stands there only for differences.
  private static final int FIRST_NUMBER_BITS = 24;

  private PackedNumbers() {}

  /** Writes the first numbers, in whose place other numbers are afterwards. */
  static void write(PayloadWriter payload, long[] numbers, int count) {
    if (count == 0) {
      return;
    }
    int order = 0;
    if (differencesAreShorter(numbers, count)) {
      order = DIFFERENCES;
      for (int i = count - 1; i > 0; i--) {
        numbers[i] = PayloadWriter.zigzag(numbers[i] - numbers[i - 1]);
      }
    }
    int from = order == DIFFERENCES ? 1 : 0;
    long least = least(numbers, from, count);
    Plan plan = Plan.of(numbers, from, count, subtract(least, numbers, from, count));
    payload.octet(plan.form | order).octet(plan.width).varint(least);
    if (order == DIFFERENCES) {
      payload.varint(numbers[0]);
    }
    plan.write(payload, numbers, from, count);
  }

  /** Whether differences seem to have fewer bits than numbers have above the least, by a sample. */
  private static boolean differencesAreShorter(long[] numbers, int count) {
    int step = sampleStep(count - 1);
    long least = Long.MAX_VALUE;
    for (int i = 1; i < count; i += step) {
      least = Math.min(least, numbers[i] ^ Long.MIN_VALUE);
    }
    least ^= Long.MIN_VALUE;
    long saved = -FIRST_NUMBER_BITS;
    for (int i = 1; i < count; i += step) {
      int difference = bitLength(PayloadWriter.zigzag(numbers[i] - numbers[i - 1]));
      saved += (long) step * (bitLength(numbers[i] - least) - difference);
    }
    return saved > 0;
  }

  private static int bitLength(long number) {
    return Long.SIZE - Long.numberOfLeadingZeros(number);
  }

  /** How far samples are from each other. */
  private static int sampleStep(int count) {
    return Math.max(1, count / SAMPLES);
  }

  private static long least(long[] numbers, int from, int to) {
    // Unsigned numbers are in the order of signed ones with the highest bit the other way round.
    long least = Long.MAX_VALUE;
    for (int i = from; i < to; i++) {
      least = Math.min(least, numbers[i] ^ Long.MIN_VALUE);
    }
    return from < to ? least ^ Long.MIN_VALUE : 0;
  }

  /** Returns the bits that any of the differences has. */
  private static long subtract(long least, long[] numbers, int from, int to) {
    long any = 0;
    for (int i = from; i < to; i++) {
      numbers[i] -= least;
      any |= numbers[i];
    }
    return any;
  }

  /** Reads so many numbers. */
  static long[] read(PayloadReader payload, int count) {
    long[] numbers = new long[count];
    if (count == 0) {
      return numbers;
    }
    int form = payload.octet("form", RICE | DIFFERENCES);
    boolean rice = (form & RICE) != 0;
    int width = payload.octet("width", rice ? MAX_RICE_WIDTH : Long.SIZE);
    long base = payload.varint();
    int from = (form & DIFFERENCES) == 0 ? 0 : 1;
    if (from == 1) {
      numbers[0] = payload.varint();
    }
    if (rice) {
      readRice(payload, numbers, from, width);
    } else if (width > 0) {
      readBits(payload, numbers, from, width);
    }
    for (int i = from; i < count; i++) {
      numbers[i] += base;
    }
    for (int i = from; from == 1 && i < count; i++) {
      numbers[i] = numbers[i - 1] + PayloadReader.unzigzag(numbers[i]);
    }
    return numbers;
  }

  private static void readBits(PayloadReader payload, long[] numbers, int from, int width) {
    BitReader bits = new BitReader(payload);
    for (int i = from; i < numbers.length; i++) {
      numbers[i] = bits.bits(width);
    }
    bits.finish();
  }

  private static void readRice(PayloadReader payload, long[] numbers, int from, int width) {
    BitReader bits = new BitReader(payload);
    long mask = (1L << width) - 1;
    boolean atOnce = ESCAPE + width <= BitReader.MAX_PEEK;
    for (int i = from; i < numbers.length; i++) {
      long word = bits.peek();
      int ones = Long.numberOfTrailingZeros(~word);
      if (ones >= ESCAPE) {
        bits.skip(ESCAPE);
        numbers[i] = bits.bits(Long.SIZE);
      } else if (atOnce) {
        numbers[i] = (long) ones << width | (word >>> (ones + 1) & mask);
        bits.skip(ones + 1 + width);
      } else {
        bits.skip(ones + 1);
        numbers[i] = (long) ones << width | bits.bits(width);
      }
    }
    bits.finish();
  }

  /** How numbers are packed: the form, but for whether they are differences. */
  private record Plan(int form, int width) {
    /** That of the numbers between two indexes, of which any has these bits. */
    static Plan of(long[] numbers, int from, int to, long any) {
      Plan best = new Plan(BITS, bitLength(any));
      if (best.width == 0) {
        return best;
      }
      long least = (long) best.width * (to - from);
      // The best Rice code of geometric numbers splits them below the length of their median.
      int median = median(numbers, from, to);
      int most = Math.min(Math.min(median, best.width - 1), MAX_RICE_WIDTH);
      for (int k = Math.max(0, median - 2); k <= most; k++) {
        long bits = riceBits(numbers, from, to, k, any);
        if (bits < least) {
          least = bits;
          best = new Plan(RICE, k);
        }
      }
      return best;
    }

    /** The bits of the number in the middle of a sample. */
    private static int median(long[] numbers, int from, int to) {
      int[] counts = new int[Long.SIZE + 1];
      int step = sampleStep(to - from);
      int samples = 0;
      for (int i = from; i < to; i += step) {
        counts[bitLength(numbers[i])]++;
        samples++;
      }
      int median = 0;
      for (int below = counts[0]; 2 * below < samples; ) {
        median++;
        below += counts[median];
      }
      return median;
    }

    private static long riceBits(long[] numbers, int from, int to, int k, long any) {
      long bits = (long) (to - from) * (1 + k);
      if (isShort(any >>> k)) {
        for (int i = from; i < to; i++) {
          bits += numbers[i] >>> k;
        }
        return bits;
      }
      for (int i = from; i < to; i++) {
        long high = numbers[i] >>> k;
        bits += isShort(high) ? high : ESCAPE + Long.SIZE - 1 - k;
      }
      return bits;
    }

    /** Whether the high part of a number is written in ones. */
    private static boolean isShort(long high) {
      return high >= 0 && high < ESCAPE;
    }

    void write(PayloadWriter payload, long[] numbers, int from, int to) {
      BitWriter bits = new BitWriter(payload);
      for (int i = from; i < to; i++) {
        if (form == BITS) {
          bits.bits(numbers[i], width);
        } else {
          writeRice(bits, numbers[i]);
        }
      }
      bits.finish();
    }

    private void writeRice(BitWriter bits, long number) {
      long high = number >>> width;
      if (isShort(high) && ESCAPE + width <= Long.SIZE) {
        long ones = (1L << high) - 1;
        long low = number & ((1L << width) - 1);
        bits.bits(ones | low << (high + 1), (int) high + 1 + width);
      } else if (isShort(high)) {
        bits.bits((1L << high) - 1, (int) high + 1);
        bits.bits(number & ((1L << width) - 1), width);
      } else {
        bits.bits((1L << ESCAPE) - 1, ESCAPE);
        bits.bits(number, Long.SIZE);
      }
    }
  }
}
