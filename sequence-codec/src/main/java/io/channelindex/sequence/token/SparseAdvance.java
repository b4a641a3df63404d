package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;

/**
 * A clock as what it is ahead of an earlier one, in the fewest letters where few vbuckets moved.
 * Made of bits, the highest first:
 *
 * <pre>
 *  +----------------+-----------------------+------------------------------------------------+
 *  | n + 1 in Elias | if n &gt; 0: lowest step | n times: gap to the vbucket before, Rice coded |
 *  | gamma code     | 6 + 1 … 64 bits       |          by n; step - lowest, Rice coded by k  |
 *  |                | k: 6 bits             |                                                |
 *  +----------------+-----------------------+------------------------------------------------+
 *    Rice code by k: quotient by 2^k in ones, a zero, remainder in k bits;
 *                    8 ones, and no zero: length - 1 in 6 bits, the number itself
 *    lowest step:    length - 1 in 6 bits, the number itself
 * </pre>
 *
 * <p>(Elias 1975; Rice 1979.) The parameter of the gaps follows from n, so it is not written.
 * Twenty vbuckets of 1,024 take 18 bytes, and their steps what they differ by: a {@link ClockSpan}
 * leaves the choice of the steps, and as many as possible are made equal.
 */
final class SparseAdvance {
  private static final int MOST_ONES = 8;
  private static final int LENGTH_BITS = 6;

  private SparseAdvance() {}

  /** A clock of a span, and how it is written. */
  static final class Written {
    private final byte[] bytes;
    private final SequenceClock clock;
    private final int changed;

    Written(byte[] bytes, SequenceClock clock, int changed) {
      this.bytes = bytes;
      this.clock = clock;
      this.changed = changed;
    }

    byte[] bytes() {
      return bytes;
    }

    SequenceClock clock() {
      return clock;
    }

    /** In how many vbuckets it is ahead of the base. */
    int changed() {
      return changed;
    }
  }

  /**
   * Writes a clock of the span, whichever is shortest.
   *
   * @param base a clock that the span's high end covers
   */
  static Written write(SequenceClock base, ClockSpan span) {
    long[] seqnos = base.toArray();
    int[] vbuckets = new int[seqnos.length];
    long[] steps = new long[seqnos.length];
    int changed = choose(base, span, vbuckets, steps);
    long lowest = -1;
    for (int i = 0; i < changed; i++) {
      lowest = Long.compareUnsigned(steps[i], lowest) < 0 ? steps[i] : lowest;
      seqnos[vbuckets[i]] += steps[i];
    }
    Bits.Writer out = new Bits.Writer();
    int nLength = length(changed + 1L);
    out.ones(nLength - 1);
    out.put(0, 1);
    out.put(changed + 1L, nLength - 1);
    if (changed > 0) {
      writeNumber(out, lowest);
      int k = parameter(steps, changed, lowest);
      out.put(k, LENGTH_BITS);
      int gapK = gapParameter(changed, seqnos.length);
      for (int i = 0; i < changed; i++) {
        rice(out, i == 0 ? vbuckets[0] : vbuckets[i] - vbuckets[i - 1] - 1L, gapK);
        rice(out, steps[i] - lowest, k);
      }
    }
    return new Written(out.toArray(), SequenceClock.of(seqnos), changed);
  }

  /**
   * The vbuckets that have to move, and their steps: all as far as the one that can move least can,
   * but for those that have to move farther.
   */
  private static int choose(SequenceClock base, ClockSpan span, int[] vbuckets, long[] steps) {
    int changed = 0;
    long common = -1;
    for (int vbucket = 0; vbucket < base.vbuckets(); vbucket++) {
      long from = base.seqno(vbucket);
      if (Long.compareUnsigned(span.low().seqno(vbucket), from) > 0) {
        long most = span.high().seqno(vbucket) - from;
        common = Long.compareUnsigned(most, common) < 0 ? most : common;
        vbuckets[changed++] = vbucket;
      }
    }
    for (int i = 0; i < changed; i++) {
      long least = span.low().seqno(vbuckets[i]) - base.seqno(vbuckets[i]);
      steps[i] = Long.compareUnsigned(least, common) < 0 ? common : least;
    }
    return changed;
  }

  /**
   * The clock that bytes from the buffer's position on say; the position is left after them.
   *
   * @throws TokenException if they say none
   */
  static SequenceClock read(SequenceClock base, ByteBuffer bytes) {
    Bits.Reader in = new Bits.Reader(bytes);
    int bits = in.ones(length(base.vbuckets() + 1L));
    long changed = ((1L << bits) | in.get(bits)) - 1;
    if (changed > base.vbuckets()) {
      throw TokenException.malformed("too many vbuckets: changed=" + changed);
    }
    long[] seqnos = base.toArray();
    if (changed > 0) {
      long lowest = readNumber(in);
      int k = (int) in.get(LENGTH_BITS);
      int gapK = gapParameter((int) changed, seqnos.length);
      long vbucket = -1;
      for (int i = 0; i < changed; i++) {
        long gap = rice(in, gapK);
        if (Long.compareUnsigned(gap, seqnos.length) >= 0) {
          throw TokenException.malformed("gap out of range: gap=" + Long.toUnsignedString(gap));
        }
        vbucket += gap + 1;
        advance(seqnos, vbucket, lowest, rice(in, k));
      }
    }
    in.end();
    return SequenceClock.of(seqnos);
  }

  private static void advance(long[] seqnos, long vbucket, long lowest, long more) {
    if (vbucket >= seqnos.length) {
      throw TokenException.malformed("no such vbucket: vbucket=" + vbucket);
    }
    long from = seqnos[(int) vbucket];
    long step = lowest + more;
    long to = from + step;
    if (Long.compareUnsigned(step, more) < 0 || Long.compareUnsigned(to, from) <= 0) {
      throw TokenException.malformed("seqno out of range: vbucket=" + vbucket);
    }
    seqnos[(int) vbucket] = to;
  }

  private static int length(long number) {
    return Long.SIZE - Long.numberOfLeadingZeros(number | 1);
  }

  private static void writeNumber(Bits.Writer out, long number) {
    int length = length(number);
    out.put(length - 1L, LENGTH_BITS);
    out.put(number, length);
  }

  private static long readNumber(Bits.Reader in) {
    int length = (int) in.get(LENGTH_BITS) + 1;
    return in.get(length);
  }

  private static void rice(Bits.Writer out, long number, int k) {
    long quotient = number >>> k;
    if (Long.compareUnsigned(quotient, MOST_ONES) < 0) {
      out.ones((int) quotient);
      out.put(0, 1);
      out.put(number, k);
    } else {
      out.ones(MOST_ONES);
      writeNumber(out, number);
    }
  }

  private static long rice(Bits.Reader in, int k) {
    int quotient = in.ones(MOST_ONES);
    return quotient == MOST_ONES ? readNumber(in) : (long) quotient << k | in.get(k);
  }

  /** For n of so many vbuckets at random: the power of two next to the mean gap times ln 2. */
  private static int gapParameter(int n, int vbuckets) {
    return length((long) (0.69 * (vbuckets - n) / n)) - 1;
  }

  /** The parameter that is best for numbers of these lengths, each taken for its length's mean. */
  private static int parameter(long[] steps, int n, long lowest) {
    int[] ofLength = new int[Long.SIZE + 1];
    for (int i = 0; i < n; i++) {
      long number = steps[i] - lowest;
      ofLength[number == 0 ? 0 : length(number)]++;
    }
    int best = 0;
    double least = Double.MAX_VALUE;
    for (int k = 0; k < Long.SIZE; k++) {
      double cost = 0;
      for (int length = 0; length <= Long.SIZE; length++) {
        cost += ofLength[length] * cost(length, k);
      }
      if (cost < least) {
        least = cost;
        best = k;
      }
    }
    return best;
  }

  private static double cost(int length, int k) {
    if (length <= k) {
      return 1.0 + k;
    }
    double quotient = 1.5 * Math.scalb(1.0, length - 1 - k);
    return quotient < MOST_ONES ? quotient + 1 + k : (double) MOST_ONES + LENGTH_BITS + length;
  }
}
