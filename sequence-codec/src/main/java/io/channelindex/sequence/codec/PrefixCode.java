package io.channelindex.sequence.codec;

import java.util.Arrays;

/**
 * A canonical prefix code (Huffman 1952) of at most {@link #MAX_LENGTH} bits per symbol: what it
 * takes to write and read it is known from the lengths alone. Codes lie with their first bit in the
 * lowest, and a reader finds the symbol by one look into a table.
 *
 * <p>Against an ideal arithmetic coder it loses what the probabilities differ from powers of two:
 * 0.02 to 0.03 bits per number for the alphabets here (16 to 60 symbols), about what a range or ANS
 * coder's state takes at the end of 1,024 numbers; and it has no state that every number has to
 * wait for.
 *
 * <p>Immutable.
 */
final class PrefixCode {
  /** The most bits of a code. */
  static final int MAX_LENGTH = 11;

  /** The bits of an entry, of either table, that are the length. */
  static final int LENGTH_BITS = 4;

  static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;

  private static final int SPACE = 1 << MAX_LENGTH;

  private final int[] codes;

  private PrefixCode(int[] codes) {
    this.codes = codes;
  }

  /**
   * The code of these lengths.
   *
   * @param lengths one per symbol, 1 … 11; or a single 0
   * @throws CorruptClockException if they do not fill the space of codes exactly
   */
  static PrefixCode of(byte[] lengths) {
    int[] first = firstCodes(lengths);
    int[] codes = new int[lengths.length];
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      int length = lengths[symbol];
      int code = length == 0 ? 0 : Integer.reverse(first[length]++) >>> (Integer.SIZE - length);
      codes[symbol] = (code << LENGTH_BITS) | length;
    }
    return new PrefixCode(codes);
  }

  private static int[] firstCodes(byte[] lengths) {
    int[] counts = new int[MAX_LENGTH + 1];
    int space = 0;
    for (byte length : lengths) {
      counts[length]++;
      space += SPACE >>> length;
    }
    if (space != SPACE) {
      throw new CorruptClockException(
          "codes do not fill their space: symbols=" + lengths.length + ", space=" + space);
    }
    int[] first = new int[MAX_LENGTH + 1];
    int code = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
      code = (code + (length == 1 ? 0 : counts[length - 1])) << 1;
      first[length] = code;
    }
    return first;
  }

  /** For every symbol its code, above the {@link #LENGTH_BITS} of its length. Not to be changed. */
  int[] codes() {
    return codes;
  }

  /**
   * For every {@link #MAX_LENGTH} bits that may come, the symbol that they begin with, above the
   * {@link #LENGTH_BITS} of its length.
   */
  short[] readingTable() {
    short[] table = new short[SPACE];
    for (int symbol = 0; symbol < codes.length; symbol++) {
      int length = codes[symbol] & LENGTH_MASK;
      short entry = (short) ((symbol << LENGTH_BITS) | length);
      for (int bits = codes[symbol] >>> LENGTH_BITS; bits < SPACE; bits += 1 << length) {
        table[bits] = entry;
      }
    }
    return table;
  }

  /**
   * The lengths of the best code for symbols of these weights; a single 0 if there is one symbol.
   *
   * @param weights each at least 1, together below 2^31; at most 1,024
   */
  static byte[] lengths(int[] weights) {
    byte[] lengths = new byte[weights.length];
    int[] flattened = weights.clone();
    // Flatter weights make shorter long codes: a detour that rare symbols only take.
    while (!assign(flattened, lengths)) {
      for (int i = 0; i < flattened.length; i++) {
        flattened[i] = (flattened[i] + 1) >>> 1;
      }
    }
    return lengths;
  }

  /** Whether the lengths are within the limit. Two queues: the sorted symbols, and the pairs. */
  private static boolean assign(int[] weights, byte[] lengths) {
    int symbols = weights.length;
    long[] sorted = new long[symbols];
    for (int i = 0; i < symbols; i++) {
      sorted[i] = ((long) weights[i] << Integer.SIZE) | i;
    }
    Arrays.sort(sorted);
    long[] pairWeights = new long[symbols];
    int[] parents = new int[2 * symbols];
    int symbol = 0;
    int pair = 0;
    for (int made = 0; made < symbols - 1; made++) {
      for (int half = 0; half < 2; half++) {
        boolean takeSymbol =
            symbol < symbols
                && (pair == made || sorted[symbol] >>> Integer.SIZE <= pairWeights[pair]);
        pairWeights[made] += takeSymbol ? sorted[symbol] >>> Integer.SIZE : pairWeights[pair];
        parents[takeSymbol ? symbol++ : symbols + pair++] = symbols + made;
      }
    }
    int[] depths = new int[2 * symbols];
    for (int node = 2 * symbols - 3; node >= 0; node--) {
      depths[node] = depths[parents[node]] + 1;
    }
    int deepest = 0;
    for (int i = 0; i < symbols; i++) {
      deepest = Math.max(deepest, depths[i]);
      lengths[(int) sorted[i]] = (byte) depths[i];
    }
    return deepest <= MAX_LENGTH;
  }
}
