package io.channelindex.sequence.codec;

import java.util.Arrays;

/**
 * Numbers that are close to normally distributed, as the seqnos of a bucket are whose documents are
 * spread by a hash. They are cut into bins of 2^shift, an eighth to a quarter of the deviation wide
 * (but at least 1); a number is its bin, by the prefix code of {@link BellModel}, and where it lies
 * in it, in {@code shift} bits. One that lies in no bin is an escape, and its distance follows.
 * Nothing of the code is sent but which it is.
 *
 * <pre>
 *  +----------+------------+---------------+-----------------------------------------------+
 *  | scale: 9 | quarter: 2 | middle: 7, n  | every number: bin's code | shift bits         |
 *  |          |            |               |           or: escape's code | distance: 7, n  |
 *  +----------+------------+---------------+-----------------------------------------------+
 *    deviation = 2^(scale / 8) / 4;  shift = max(0, scale / 8 - 4)
 *    middle: the number of the bin that the mean lies in; 7, n: a size, and as many bits
 *    distance: zigzag of the number less that of the first bin's beginning
 * </pre>
 *
 * <p>Differences are modulo 2^64: every number comes back exactly.
 */
final class Bell implements NumberModel {
  private static final int SCALE_BITS = 9;
  private static final int QUARTER_BITS = 2;
  private static final int MAX_SHIFT = 40;
  private static final int MAX_SCALE =
      MAX_SHIFT * BellModel.LEVELS_PER_OCTAVE + BellModel.LEVELS - 1;
  // A sum of 1,024 squares must not overflow.
  private static final int MAX_SQUARED_BITS = 26;
  private static final int MAX_SYMBOLS = 128;
  // Two numbers fit into one put, and into one peek.
  private static final int MAX_PAIR_SHIFT = BitWriter.MAX_BITS / 2 - PrefixCode.MAX_LENGTH;
  private static final int TABLE_MASK = (1 << PrefixCode.MAX_LENGTH) - 1;
  private static final long NO_BINS = -MAX_SYMBOLS;
  private static final double LOG2 = StrictMath.log(2);
  // Two quartiles of a normal distribution are that many deviations apart.
  private static final double QUARTILES_IN_DEVIATIONS = 1.349;
  // No number of 1,024 is as far from any other, if they are normally distributed.
  private static final double MAX_DEVIATIONS = 16;
  // A prefix code loses up to 0.03 bits per number, and a true model about one bit per bin.
  private static final double TOLERATED_BITS_PER_NUMBER = 0.05;
  private static final double TOLERATED_BITS = 48;
  private static final int LOOKED_AT = 256;

  private final int[] counts = new int[MAX_SYMBOLS];
  private int scale;
  private int quarter;
  private long middle;
  private double spread;
  private long bits;
  private double excessBits;

  /**
   * Sets mean and deviation to those of the numbers.
   *
   * @return whether there is such a model: not if the numbers are too far apart
   */
  boolean fit(long[] numbers, int count) {
    long reference = numbers[0];
    long magnitude = 0;
    long sum = 0;
    long squares = 0;
    for (int i = 0; i < count; i++) {
      long difference = numbers[i] - reference;
      magnitude |= difference ^ (difference >> (Long.SIZE - 1));
      sum += difference;
      squares += difference * difference;
    }
    int spreadBits = Long.SIZE - Long.numberOfLeadingZeros(magnitude);
    spread = spreadBits == Long.SIZE ? Double.MAX_VALUE : 1L << spreadBits;
    if (spreadBits > 2 * MAX_SQUARED_BITS) {
      return false;
    }
    double mean = (double) sum / count;
    double variance =
        spreadBits <= MAX_SQUARED_BITS
            ? (double) squares / count - mean * mean
            : variance(numbers, count, mean);
    long whole = Math.floorDiv(sum, (long) count);
    double rest = (double) Math.floorMod(sum, (long) count) / count;
    return set(reference + whole, rest, Math.sqrt(Math.max(0, variance)));
  }

  private static double variance(long[] numbers, int count, double mean) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double difference = numbers[i] - numbers[0] - mean;
      sum += difference * difference;
    }
    return sum / count;
  }

  /**
   * Sets mean and deviation to what the middle half of the numbers says, so that a few outliers do
   * not matter.
   *
   * @param sorted the numbers in ascending order, with their highest bit turned
   * @return whether there is such a model
   */
  boolean fitMiddle(long[] sorted, int count) {
    long median = sorted[count / 2] ^ Long.MIN_VALUE;
    long between = sorted[count * 3 / 4] - sorted[count / 4];
    return set(median, 0, (double) (between >>> 1) * 2 / QUARTILES_IN_DEVIATIONS);
  }

  /** Sets the mean to {@code whole + rest}, 0 &lt;= rest &lt; 1. */
  private boolean set(long whole, double rest, double deviation) {
    double octaves = StrictMath.log(Math.max(1, deviation / BellModel.MIN_DEVIATION)) / LOG2;
    scale = (int) (octaves * BellModel.LEVELS_PER_OCTAVE);
    if (scale > MAX_SCALE) {
      return false;
    }
    int shift = shift(scale);
    double unit = 1L << shift;
    // From the middle of the whole numbers of a bin.
    double beside = (whole & BitWriter.mask(shift)) + rest - (unit - 1) / 2;
    int quarters = (int) Math.rint(BellModel.QUARTERS * beside / unit);
    long bin = whole >>> shift;
    if (bin == 0) {
      quarters = Math.max(0, quarters);
    }
    middle = bin + Math.floorDiv(quarters, BellModel.QUARTERS);
    quarter = Math.floorMod(quarters, BellModel.QUARTERS);
    return true;
  }

  private static int shift(int scale) {
    int octaves = BellModel.LEVELS / BellModel.LEVELS_PER_OCTAVE - 1;
    return Math.max(0, scale / BellModel.LEVELS_PER_OCTAVE - octaves);
  }

  private static BellModel model(int scale, int quarter) {
    return BellModel.of(scale - shift(scale) * BellModel.LEVELS_PER_OCTAVE, quarter);
  }

  /**
   * Whether the numbers to which the model was {@link #fit} are as it says, so that none of another
   * kind can take much less: none is far out, and of some that are looked at, the bins take little
   * more than the entropy of how often each was met.
   */
  boolean isClose(long[] numbers, int count) {
    double deviation = BellModel.MIN_DEVIATION * (1L << (scale / BellModel.LEVELS_PER_OCTAVE));
    if (spread > MAX_DEVIATIONS * 2 * deviation) {
      return false;
    }
    int step = Math.max(1, count / LOOKED_AT);
    measure(numbers, count, step);
    return excessBits <= TOLERATED_BITS + TOLERATED_BITS_PER_NUMBER * count / step;
  }

  /** Counts the bits that the numbers take. */
  void measure(long[] numbers, int count) {
    measure(numbers, count, 1);
  }

  private void measure(long[] numbers, int count, int step) {
    int shift = shift(scale);
    BellModel model = model(scale, quarter);
    int bins = model.bins();
    long first = (middle - model.reach()) << shift;
    Arrays.fill(counts, 0, bins + 1, 0);
    long escaped = 0;
    int looked = 0;
    for (int i = 0; i < count; i += step, looked++) {
      long distance = numbers[i] - first;
      long bin = distance >>> shift;
      if (bin >= 0 && bin < bins) {
        counts[(int) bin]++;
      } else {
        counts[bins]++;
        escaped += BitWriter.sizedBits(zigzag(distance)) - shift;
      }
    }
    int[] codes = model.codes();
    long coded = escaped;
    double known = 0;
    for (int symbol = 0; symbol <= bins; symbol++) {
      coded += (long) counts[symbol] * (codes[symbol] & PrefixCode.LENGTH_MASK);
      known += Entropy.nLog2(counts[symbol]);
    }
    excessBits = coded - (Entropy.nLog2(looked) - known);
    int head = SCALE_BITS + QUARTER_BITS + BitWriter.sizedBits(middle);
    bits = head + coded + (long) looked * shift;
  }

  @Override
  public long bits() {
    return bits;
  }

  @Override
  public void write(long[] numbers, int count, BitWriter out) {
    out.put(scale, SCALE_BITS);
    out.put(quarter, QUARTER_BITS);
    out.putSized(middle);
    BellModel model = model(scale, quarter);
    int shift = shift(scale);
    long first = (middle - model.reach()) << shift;
    int done = 0;
    while (done < count) {
      done = writePairs(numbers, done, count, first, shift, model, out);
      if (done < count) {
        writeOne(numbers[done++] - first, shift, model, out);
      }
    }
  }

  /**
   * Writes numbers by two as long as both lie in bins, and returns the index of the next one. This
   * is {@link BitWriter#put} with its state in local variables.
   */
  private static int writePairs(
      long[] numbers, int from, int to, long first, int shift, BellModel model, BitWriter out) {
    int bins = model.bins();
    int[] codes = model.codes();
    long mask = BitWriter.mask(shift);
    byte[] bytes = out.out;
    int position = out.position;
    long pending = out.pending;
    int pendingBits = out.pendingBits;
    int pairsTo = shift <= MAX_PAIR_SHIFT ? to - 1 : from;
    int i = from;
    for (; i < pairsTo; i += 2) {
      long distance = numbers[i] - first;
      long distance2 = numbers[i + 1] - first;
      long bin = distance >>> shift;
      long bin2 = distance2 >>> shift;
      if (((bin | bin2) & NO_BINS) != 0 || bin >= bins || bin2 >= bins) {
        break;
      }
      int code = codes[(int) bin];
      int code2 = codes[(int) bin2];
      int length = (code & PrefixCode.LENGTH_MASK) + shift;
      int length2 = (code2 & PrefixCode.LENGTH_MASK) + shift;
      long coded = ((distance & mask) << (length - shift)) | (code >>> PrefixCode.LENGTH_BITS);
      long coded2 = ((distance2 & mask) << (length2 - shift)) | (code2 >>> PrefixCode.LENGTH_BITS);
      pending |= (coded | (coded2 << length)) << pendingBits;
      BitWriter.LITTLE_ENDIAN.set(bytes, position, pending);
      int filled = pendingBits + length + length2;
      position += filled >>> 3;
      pending >>>= filled & -Byte.SIZE;
      pendingBits = filled & (Byte.SIZE - 1);
    }
    out.position = position;
    out.pending = pending;
    out.pendingBits = pendingBits;
    return i;
  }

  private static void writeOne(long distance, int shift, BellModel model, BitWriter out) {
    long bin = distance >>> shift;
    boolean escapes = bin < 0 || bin >= model.bins();
    int code = model.codes()[escapes ? model.bins() : (int) bin];
    out.put(code >>> PrefixCode.LENGTH_BITS, code & PrefixCode.LENGTH_MASK);
    if (escapes) {
      out.putSized(zigzag(distance));
    } else {
      out.put(distance & BitWriter.mask(shift), shift);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws CorruptClockException if there is no such model
   */
  static void read(BitReader in, long[] numbers, int count) {
    int scale = (int) in.read(SCALE_BITS);
    if (scale > MAX_SCALE) {
      throw new CorruptClockException("scale out of range: scale=" + scale + ", max=" + MAX_SCALE);
    }
    BellModel model = model(scale, (int) in.read(QUARTER_BITS));
    int shift = shift(scale);
    long first = (in.readSized() - model.reach()) << shift;
    int done = 0;
    while (done < count) {
      done = readPairs(in, numbers, done, count, first, shift, model);
      if (done < count) {
        numbers[done++] = first + readOne(in, shift, model);
      }
    }
  }

  /** Reads numbers by two as long as both lie in bins, and returns the index of the next one. */
  private static int readPairs(
      BitReader in, long[] numbers, int from, int to, long first, int shift, BellModel model) {
    int bins = model.bins();
    short[] table = model.readingTable();
    long mask = BitWriter.mask(shift);
    int i = from;
    int pairsTo = shift <= MAX_PAIR_SHIFT ? to - 1 : from;
    for (; i < pairsTo; i += 2) {
      long next = in.peek();
      int entry = table[(int) next & TABLE_MASK];
      int length = entry & PrefixCode.LENGTH_MASK;
      long next2 = next >>> (length + shift);
      int entry2 = table[(int) next2 & TABLE_MASK];
      int length2 = entry2 & PrefixCode.LENGTH_MASK;
      int bin = entry >>> PrefixCode.LENGTH_BITS;
      int bin2 = entry2 >>> PrefixCode.LENGTH_BITS;
      if (bin == bins || bin2 == bins) {
        break;
      }
      in.skip(length + length2 + 2 * shift);
      numbers[i] = first + ((long) bin << shift) + ((next >>> length) & mask);
      numbers[i + 1] = first + ((long) bin2 << shift) + ((next2 >>> length2) & mask);
    }
    return i;
  }

  private static long readOne(BitReader in, int shift, BellModel model) {
    int entry = model.readingTable()[(int) in.peek() & TABLE_MASK];
    in.skip(entry & PrefixCode.LENGTH_MASK);
    int bin = entry >>> PrefixCode.LENGTH_BITS;
    return bin == model.bins() ? unzigzag(in.readSized()) : ((long) bin << shift) + in.read(shift);
  }

  private static long zigzag(long number) {
    return (number << 1) ^ (number >> (Long.SIZE - 1));
  }

  private static long unzigzag(long number) {
    return (number >>> 1) ^ -(number & 1);
  }
}
