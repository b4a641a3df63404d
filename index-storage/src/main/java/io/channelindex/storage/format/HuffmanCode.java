package io.channelindex.storage.format;

import java.util.Arrays;

/**
 * Text without structure, by the frequency of its bytes: a canonical Huffman code (Huffman 1952) of
 * at most 12 bits, so that one look into a table of 4,096 decodes a byte.
 *
 * <pre>
 *  +--------------+------------------------------+--------------------------+
 *  | bytes used   | per byte used: its distance  | the code of each byte,   |
 *  | varint, 0:   | to the last one - 1, octet;  | lowest bit first         |
 *  | not coded    | length of its code, octet    |                          |
 *  +--------------+------------------------------+--------------------------+
 * </pre>
 *
 * The number of bytes stands elsewhere. Those that are not coded follow as they are. A code is
 * complete, unless only one byte is used: its code has one bit.
 */
final class HuffmanCode {
  private static final int MAX_LENGTH = 12;
  private static final int BYTES = 256;
  private static final int CODES_PER_PEEK = BitReader.MAX_PEEK / MAX_LENGTH;

  private HuffmanCode() {}

  /** Writes the first bytes. */
  static void write(PayloadWriter payload, byte[] text, int count) {
    int[] frequencies = new int[BYTES];
    for (int i = 0; i < count; i++) {
      frequencies[text[i] & 0xff]++;
    }
    int[] lengths = lengths(frequencies);
    int used = 0;
    long bits = 0;
    for (int octet = 0; octet < BYTES; octet++) {
      used += lengths[octet] > 0 ? 1 : 0;
      bits += (long) lengths[octet] * frequencies[octet];
    }
    if (PayloadWriter.sizeOfVarint(used) + 2 * used + (bits + 7) / 8 >= count) {
      payload.varint(0).raw(text, count);
      return;
    }
    writeLengths(payload, lengths, used);
    int[] codes = codes(lengths);
    BitWriter writer = new BitWriter(payload);
    for (int i = 0; i < count; i++) {
      int octet = text[i] & 0xff;
      writer.bits(codes[octet], lengths[octet]);
    }
    writer.finish();
  }

  /** Reads so many bytes. */
  static byte[] read(PayloadReader payload, int count) {
    int used = payload.varint("bytes used", BYTES);
    if (used == 0) {
      int from = payload.skip(count);
      return Arrays.copyOfRange(payload.array(), from, from + count);
    }
    if (count > (long) Byte.SIZE * payload.remaining()) {
      throw payload.corrupt("cut off: letters=" + count + ", bytes=" + payload.remaining());
    }
    short[] table = table(readLengths(payload, used));
    byte[] text = new byte[count];
    BitReader reader = new BitReader(payload);
    int next = 0;
    while (next < count) {
      long word = reader.peek();
      int length = 0;
      for (int end = Math.min(count, next + CODES_PER_PEEK); next < end; next++) {
        int found = table[(int) (word >>> length) & (table.length - 1)];
        // Nothing is found only if one byte is used: the other code is none.
        if (found == 0) {
          throw payload.corrupt("no code of a byte: index=" + next);
        }
        text[next] = (byte) found;
        length += found >>> 8;
      }
      reader.skip(length);
    }
    reader.finish();
    return text;
  }

  private static void writeLengths(PayloadWriter payload, int[] lengths, int used) {
    payload.varint(used);
    int last = -1;
    for (int octet = 0; octet < BYTES; octet++) {
      if (lengths[octet] > 0) {
        payload.octet(octet - last - 1).octet(lengths[octet]);
        last = octet;
      }
    }
  }

  private static int[] readLengths(PayloadReader payload, int used) {
    int[] lengths = new int[BYTES];
    int last = -1;
    int space = 0;
    for (int i = 0; i < used; i++) {
      last += payload.octet("distance", BYTES - 2 - last) + 1;
      lengths[last] = payload.octet("length", MAX_LENGTH);
      if (lengths[last] == 0) {
        throw payload.corrupt("byte without a code: byte=" + last);
      }
      space += 1 << (MAX_LENGTH - lengths[last]);
    }
    int whole = 1 << MAX_LENGTH;
    if (used == 1 ? lengths[last] != 1 : space != whole) {
      throw payload.corrupt("no complete code: space=" + space + ", whole=" + whole);
    }
    return lengths;
  }

  /** By the next 12 bits: the byte, and above it the length of its code. */
  private static short[] table(int[] lengths) {
    short[] table = new short[1 << MAX_LENGTH];
    int[] codes = codes(lengths);
    for (int octet = 0; octet < BYTES; octet++) {
      if (lengths[octet] > 0) {
        for (int i = codes[octet]; i < table.length; i += 1 << lengths[octet]) {
          table[i] = (short) (lengths[octet] << 8 | octet);
        }
      }
    }
    return table;
  }

  /** The canonical codes of lengths, as they are written: lowest bit first. */
  private static int[] codes(int[] lengths) {
    int[] codes = new int[BYTES];
    int code = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
      for (int octet = 0; octet < BYTES; octet++) {
        if (lengths[octet] == length) {
          codes[octet] = Integer.reverse(code) >>> (Integer.SIZE - length);
          code++;
        }
      }
      code <<= 1;
    }
    return codes;
  }

  /** The lengths of a code within the limit; 0 for what is not used. */
  private static int[] lengths(int[] frequencies) {
    int[] lengths = new int[BYTES];
    long[] leaves = leaves(frequencies);
    if (leaves.length == 1) {
      lengths[(int) leaves[0] & 0xff] = 1;
    }
    // Flatter frequencies have a flatter tree; of equal ones its depth is 8.
    int[] scaled = frequencies.clone();
    while (leaves.length > 1 && !lengthsOfTree(leaves, lengths)) {
      for (int octet = 0; octet < BYTES; octet++) {
        scaled[octet] = (scaled[octet] + 1) / 2;
      }
      leaves = leaves(scaled);
    }
    return lengths;
  }

  /** The bytes used, each below its frequency, the rarest first. */
  private static long[] leaves(int[] frequencies) {
    long[] leaves = new long[BYTES];
    int used = 0;
    for (int octet = 0; octet < BYTES; octet++) {
      if (frequencies[octet] > 0) {
        leaves[used++] = (long) frequencies[octet] << 8 | octet;
      }
    }
    leaves = Arrays.copyOf(leaves, used);
    Arrays.sort(leaves);
    return leaves;
  }

  /**
   * Huffman's tree with two queues: leaves in their order, and nodes in the order in which they are
   * made, which is that of their weights.
   *
   * @return whether all lengths are within the limit
   */
  private static boolean lengthsOfTree(long[] leaves, int[] lengths) {
    int used = leaves.length;
    long[] weights = new long[2 * used - 1];
    int[] parents = new int[2 * used - 1];
    for (int i = 0; i < used; i++) {
      weights[i] = leaves[i] >>> 8;
    }
    int leaf = 0;
    int inner = used;
    for (int node = used; node < weights.length; node++) {
      for (int child = 0; child < 2; child++) {
        boolean takeLeaf = leaf < used && (inner == node || weights[leaf] <= weights[inner]);
        int taken = takeLeaf ? leaf++ : inner++;
        weights[node] += weights[taken];
        parents[taken] = node;
      }
    }
    int[] depths = new int[weights.length];
    int deepest = 0;
    for (int node = weights.length - 2; node >= 0; node--) {
      depths[node] = depths[parents[node]] + 1;
      if (node < used) {
        lengths[(int) leaves[node] & 0xff] = depths[node];
        deepest = Math.max(deepest, depths[node]);
      }
    }
    return deepest <= MAX_LENGTH;
  }
}
