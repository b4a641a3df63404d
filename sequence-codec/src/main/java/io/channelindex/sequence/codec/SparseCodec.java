package io.channelindex.sequence.codec;

/**
 * The clock of a channel that has entries in some vbuckets only: which ones, and their seqnos. The
 * body is a stream of bits:
 *
 * <pre>
 *  +-------------------------+-----------------------------+-------------------------------------+
 *  | present: as many bits   | Golomb-coded gaps between   | the seqnos that are not 0, by       |
 *  | as the vbuckets need    | the present, or, if most    | {@link EntropyCoder}                |
 *  |                         | are, between the absent     |                                     |
 *  +-------------------------+-----------------------------+-------------------------------------+
 *    gap: gap / m one bits, a zero bit, gap % m in truncated binary;  m = 0.69 * vbuckets / marked
 * </pre>
 *
 * <p>Gaps between vbuckets that a hash chose are geometrically distributed, for which this is the
 * best code (Golomb 1966; Gallager, van Voorhis 1975); it takes 2 to 4 % more than the index of the
 * set among all of that size would.
 */
final class SparseCodec extends ClockCodec {
  static final SparseCodec INSTANCE = new SparseCodec();

  private static final int MAX_ONES = 32;

  private SparseCodec() {
    super(6, "sparse");
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    // A gap takes less than two bits per vbucket that it spans and marks.
    int bits = Integer.SIZE + 2 * vbuckets + EntropyCoder.maxBits(vbuckets);
    return bits / Byte.SIZE + 1 + BitWriter.SLACK_BYTES;
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    long[] seqnos = present(numbers);
    BitWriter writer = new BitWriter(out, offset);
    writer.put(seqnos.length, width(numbers.length));
    Gaps gaps = new Gaps(numbers.length, seqnos.length);
    gaps.write(numbers, writer);
    EntropyCoder coder = EntropyCoder.ofThread();
    coder.choose(seqnos, seqnos.length);
    coder.write(seqnos, seqnos.length, writer);
    return writer.finish();
  }

  /** The bits that a body takes. */
  static long bodyBits(long[] numbers) {
    long[] seqnos = present(numbers);
    EntropyCoder coder = EntropyCoder.ofThread();
    coder.choose(seqnos, seqnos.length);
    return width(numbers.length)
        + new Gaps(numbers.length, seqnos.length).bits(numbers)
        + coder.bits(seqnos, seqnos.length);
  }

  private static long[] present(long[] numbers) {
    int present = 0;
    for (long number : numbers) {
      present += number == 0 ? 0 : 1;
    }
    long[] seqnos = new long[present];
    int found = 0;
    for (long number : numbers) {
      if (number != 0) {
        seqnos[found++] = number;
      }
    }
    return seqnos;
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    BitReader reader = new BitReader(in, offset, end);
    int present = (int) reader.read(width(numbers.length));
    if (present == 0 || present > numbers.length) {
      throw new CorruptClockException(
          "present out of range: present=" + present + ", max=" + numbers.length);
    }
    boolean[] has = new Gaps(numbers.length, present).read(reader);
    long[] seqnos = new long[present];
    EntropyCoder.read(reader, seqnos, present);
    int after = reader.finish();
    int next = 0;
    for (int vbucket = 0; vbucket < numbers.length; vbucket++) {
      long seqno = has[vbucket] ? seqnos[next++] : 0;
      if (has[vbucket] && seqno == 0) {
        throw new CorruptClockException("zero among those that are not: vbucket=" + vbucket);
      }
      numbers[vbucket] = seqno;
    }
    return after;
  }

  private static int width(int number) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(number);
  }

  /** How the set of the present vbuckets is written, from its size alone. */
  private static final class Gaps {
    private final int vbuckets;
    private final int marked;
    private final boolean marksPresent;
    private final int divisor;
    private final int restBits;
    private final int shorter;

    Gaps(int vbuckets, int present) {
      this.vbuckets = vbuckets;
      marksPresent = 2 * present <= vbuckets;
      marked = marksPresent ? present : vbuckets - present;
      // ln 2 = 11 / 16, rounded to the nearest.
      divisor = marked == 0 ? 1 : Math.max(1, (11 * vbuckets + 8 * marked) / (16 * marked));
      restBits = width(divisor) - 1;
      shorter = (2 << restBits) - divisor;
    }

    long bits(long[] numbers) {
      long bits = 0;
      int previous = -1;
      for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
        if ((numbers[vbucket] != 0) == marksPresent) {
          int gap = vbucket - previous - 1;
          bits += gap / divisor + 1 + restBits + (gap % divisor < shorter ? 0 : 1);
          previous = vbucket;
        }
      }
      return marked == 0 ? 0 : bits;
    }

    void write(long[] numbers, BitWriter out) {
      int previous = -1;
      for (int vbucket = 0; vbucket < vbuckets && marked > 0; vbucket++) {
        if ((numbers[vbucket] != 0) == marksPresent) {
          put(vbucket - previous - 1, out);
          previous = vbucket;
        }
      }
    }

    private void put(int gap, BitWriter out) {
      int ones = gap / divisor;
      for (; ones > MAX_ONES; ones -= MAX_ONES) {
        out.put(BitWriter.mask(MAX_ONES), MAX_ONES);
      }
      out.put(BitWriter.mask(ones), ones + 1);
      int rest = gap % divisor;
      if (rest < shorter) {
        out.put(rest, restBits);
      } else {
        int code = rest + shorter;
        out.put(code >>> 1, restBits);
        out.put(code & 1, 1);
      }
    }

    boolean[] read(BitReader in) {
      boolean[] present = new boolean[vbuckets];
      int previous = -1;
      for (int left = marked; left > 0; left--) {
        int maxGap = vbuckets - 1 - previous - left;
        int gap = readOnes(in, maxGap / divisor) * divisor;
        int code = (int) in.read(restBits);
        gap += code < shorter ? code : ((code << 1) | (int) in.read(1)) - shorter;
        if (gap > maxGap) {
          throw new CorruptClockException(
              "gap out of range: gap=" + gap + ", after=" + previous + ", max=" + maxGap);
        }
        previous += gap + 1;
        present[previous] = true;
      }
      if (!marksPresent) {
        for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
          present[vbucket] = !present[vbucket];
        }
      }
      return present;
    }

    private static int readOnes(BitReader in, int max) {
      int ones = 0;
      while (ones <= max) {
        int run = Math.min(Long.numberOfTrailingZeros(~in.peek()), MAX_ONES);
        in.skip(run);
        ones += run;
        if (run < MAX_ONES) {
          in.skip(1);
          break;
        }
      }
      if (ones > max) {
        throw new CorruptClockException("gap out of range: ones=" + ones + ", max=" + max);
      }
      return ones;
    }
  }
}
