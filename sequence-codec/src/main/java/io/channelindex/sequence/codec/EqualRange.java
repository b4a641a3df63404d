package io.channelindex.sequence.codec;

/**
 * All numbers from 0 up to a limit are equally likely. A limit is sent as six bits {@code e} and
 * three bits {@code m}: {@code 2^e + 2^e * m / 8}, but 2^64 if all nine are one; a number takes
 * {@code e} bits if it is one of the lowest, else one more (truncated binary).
 *
 * <pre>
 *  +--------+--------+--------------------------------------+
 *  | e: 6   | m: 3   | every number in k, or in k + 1, bits |
 *  +--------+--------+--------------------------------------+
 * </pre>
 */
final class EqualRange implements NumberModel {
  private static final int EXPONENT_BITS = 6;
  private static final int MANTISSA_BITS = 3;
  private static final int MANTISSAS = 1 << MANTISSA_BITS;
  private static final int HEAD_BITS = EXPONENT_BITS + MANTISSA_BITS;
  private static final int HEAD_OF_ALL = (1 << HEAD_BITS) - 1;

  private int head;
  private long bits;

  /**
   * A limit of {@code 2^whole + part}: so that {@code shorter = 2^whole - part} numbers are one bit
   * shorter than the others.
   */
  private record Limit(int whole, long shorter) {
    static Limit of(int head) {
      int exponent = head & ((1 << EXPONENT_BITS) - 1);
      long mantissa = (long) head >>> EXPONENT_BITS;
      if (head == HEAD_OF_ALL) {
        return new Limit(exponent, 0);
      }
      long part =
          exponent >= MANTISSA_BITS
              ? mantissa << (exponent - MANTISSA_BITS)
              : mantissa >>> (MANTISSA_BITS - exponent);
      return new Limit(exponent, (1L << exponent) - part);
    }

    boolean isShorter(long number) {
      return Long.compareUnsigned(number, shorter) < 0;
    }
  }

  /** Sets the least limit that is above all numbers. */
  void fit(long[] numbers, int count) {
    long highest = 1;
    for (int i = 0; i < count; i++) {
      if (Long.compareUnsigned(numbers[i], highest) > 0) {
        highest = numbers[i];
      }
    }
    head = headAbove(highest);
    Limit limit = Limit.of(head);
    bits = HEAD_BITS + (long) count * (limit.whole + 1);
    for (int i = 0; i < count; i++) {
      bits -= limit.isShorter(numbers[i]) ? 1 : 0;
    }
  }

  private static int headAbove(long highest) {
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(highest);
    long rest = highest - (1L << exponent);
    int mantissa =
        exponent < MANTISSA_BITS ? MANTISSAS : (int) (rest >>> (exponent - MANTISSA_BITS)) + 1;
    if (mantissa < MANTISSAS) {
      return (mantissa << EXPONENT_BITS) | exponent;
    }
    return exponent == Long.SIZE - 1 ? HEAD_OF_ALL : exponent + 1;
  }

  @Override
  public long bits() {
    return bits;
  }

  @Override
  public void write(long[] numbers, int count, BitWriter out) {
    out.put(head, HEAD_BITS);
    Limit limit = Limit.of(head);
    for (int i = 0; i < count; i++) {
      if (limit.isShorter(numbers[i])) {
        out.putAny(numbers[i], limit.whole);
      } else {
        // number + shorter has whole + 1 bits, perhaps 64; its lowest comes last.
        long code = numbers[i] + limit.shorter;
        out.putAny(code >>> 1, limit.whole);
        out.put(code & 1, 1);
      }
    }
  }

  /** The most bits that so many numbers take. */
  static int maxBits(int count) {
    return HEAD_BITS + count * Long.SIZE;
  }

  /** Reads what {@link #write} wrote. */
  static void read(BitReader in, long[] numbers, int count) {
    Limit limit = Limit.of((int) in.read(HEAD_BITS));
    for (int i = 0; i < count; i++) {
      long code = in.readAny(limit.whole);
      numbers[i] = limit.isShorter(code) ? code : ((code << 1) | in.read(1)) - limit.shorter;
    }
  }
}
