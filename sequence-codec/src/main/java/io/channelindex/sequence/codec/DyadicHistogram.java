package io.channelindex.sequence.codec;

import java.util.Arrays;

/**
 * Numbers of any distribution, by a histogram that is sent with them. The range of the numbers, up
 * to a power of two wide, is halved, and its halves again, where that saves more bits than it takes
 * to say so: bins are narrow where the density changes and wide where it does not. A number is its
 * bin, by a prefix code, and where it lies in it, in plain bits.
 *
 * <pre>
 *  +--------------+------------+---------+------------------------+------------------------------+
 *  | lowest: 7, n | width: 7   | tree    | the codes' lengths     | every number:                |
 *  |              |            |         |                        | bin's code | bits in the bin |
 *  +--------------+------------+---------+------------------------+------------------------------+
 *    tree, from the root, the lower half first:
 *      0 a bin; 01 two halves (lowest bit first); 011 only the lower half; 111 only the upper one
 *      a part that is one number wide takes no bit: it is a bin
 *    lengths, of one bin after the other, if there are two or more:
 *      0 as before; 01 one more; 011 one less; 111 and 4 bits: the length. Before the first: 4
 * </pre>
 *
 * <p>The tree is the one of least cost, found from its leaves up (as decision trees are pruned:
 * Breiman et al. 1984). Numbers are modulo 2^64 and come back exactly.
 */
final class DyadicHistogram implements NumberModel {
  private static final int WIDTH_BITS = 7;
  private static final int BIN = 0b0;
  private static final int HALVES = 0b01;
  private static final int LOWER = 0b011;
  private static final int UPPER = 0b111;
  private static final int BIN_BITS = 1;
  private static final int HALVES_BITS = 2;
  private static final int HALF_BITS = 3;
  private static final int LENGTH_GUESS_BITS = 2;
  private static final int FIRST_LENGTH = 4;
  private static final int LENGTH_BITS = 4;
  // So few numbers in a part never pay for its halving.
  private static final int MIN_HALVED = 4;

  private final long[] starts = new long[ClockCodec.MAX_VBUCKETS];
  private final byte[] widths = new byte[ClockCodec.MAX_VBUCKETS];
  private final int[] weights = new int[ClockCodec.MAX_VBUCKETS];
  private byte[] nodes = new byte[256];
  private long[] sorted = {};
  private int count;
  private int bins;
  private int nodeCount;
  private int width;
  private byte[] lengths = {};
  private long bits;

  /**
   * Sets the histogram to the numbers.
   *
   * @param sortedNumbers in ascending order, with their highest bit turned
   */
  void fit(long[] sortedNumbers, int size) {
    sorted = sortedNumbers;
    count = size;
    bins = 0;
    nodeCount = 0;
    width = Long.SIZE - Long.numberOfLeadingZeros(sorted[count - 1] - sorted[0]);
    build(0, count, 0, width);
    lengths = PrefixCode.lengths(Arrays.copyOf(weights, bins));
    bits = (long) BitWriter.sizedBits(lowest()) + WIDTH_BITS;
    for (int node = 0; node < nodeCount; node++) {
      bits += nodeBits(nodes[node]);
    }
    int before = FIRST_LENGTH;
    for (int bin = 0; bin < bins; bin++) {
      bits += bins == 1 ? 0 : lengthBits(before, lengths[bin]);
      bits += (long) weights[bin] * (lengths[bin] + widths[bin]);
      before = lengths[bin];
    }
  }

  private long lowest() {
    return sorted[0] ^ Long.MIN_VALUE;
  }

  /**
   * Makes the cheapest tree for the numbers {@code low … high - 1}, all that there are from {@code
   * start} on in a part of 2^partWidth, and returns about how many bits it takes.
   */
  private double build(int low, int high, long start, int partWidth) {
    int size = high - low;
    double asBin =
        size * (partWidth + Entropy.nLog2(count) / count)
            - Entropy.nLog2(size)
            + LENGTH_GUESS_BITS
            + (partWidth == 0 ? 0 : BIN_BITS);
    int node = nodeCount;
    int bin = bins;
    if (partWidth > 0 && size >= MIN_HALVED) {
      long upper = start + (1L << (partWidth - 1));
      int middle = firstFrom(upper, low, high);
      addNode(middle == high ? LOWER : middle == low ? UPPER : HALVES);
      double asParts = nodeBits(nodes[node]);
      if (middle > low) {
        asParts += build(low, middle, start, partWidth - 1);
      }
      if (middle < high) {
        asParts += build(middle, high, upper, partWidth - 1);
      }
      if (asParts < asBin) {
        return asParts;
      }
    }
    nodeCount = node;
    bins = bin;
    if (partWidth > 0) {
      addNode(BIN);
    }
    starts[bins] = start;
    widths[bins] = (byte) partWidth;
    weights[bins++] = size;
    return asBin;
  }

  private void addNode(int node) {
    if (nodeCount == nodes.length) {
      nodes = Arrays.copyOf(nodes, 2 * nodeCount);
    }
    nodes[nodeCount++] = (byte) node;
  }

  /** The index of the first number that is at least {@code bound} above the lowest. */
  private int firstFrom(long bound, int low, int high) {
    int from = low;
    int to = high;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (Long.compareUnsigned(sorted[middle] - sorted[0], bound) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  private static int nodeBits(int node) {
    return switch (node) {
      case BIN -> BIN_BITS;
      case HALVES -> HALVES_BITS;
      default -> HALF_BITS;
    };
  }

  private static int lengthBits(int before, int length) {
    return length == before
        ? 1
        : length == before + 1 ? 2 : length == before - 1 ? 3 : 3 + LENGTH_BITS;
  }

  @Override
  public long bits() {
    return bits;
  }

  @Override
  public void write(long[] numbers, int size, BitWriter out) {
    long lowest = lowest();
    out.putSized(lowest);
    out.put(width, WIDTH_BITS);
    for (int node = 0; node < nodeCount; node++) {
      out.put(nodes[node], nodeBits(nodes[node]));
    }
    if (bins > 1) {
      writeLengths(out);
    }
    int[] codes = PrefixCode.of(lengths).codes();
    for (int i = 0; i < size; i++) {
      long distance = numbers[i] - lowest;
      int bin = binOf(distance);
      out.put(codes[bin] >>> PrefixCode.LENGTH_BITS, lengths[bin]);
      out.putAny(distance - starts[bin], widths[bin]);
    }
  }

  private int binOf(long distance) {
    int low = 0;
    int high = bins;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(starts[middle], distance) <= 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void writeLengths(BitWriter out) {
    int before = FIRST_LENGTH;
    for (int bin = 0; bin < bins; bin++) {
      int length = lengths[bin];
      if (length == before) {
        out.put(BIN, 1);
      } else if (length == before + 1) {
        out.put(HALVES, 2);
      } else if (length == before - 1) {
        out.put(LOWER, 3);
      } else {
        out.put(UPPER | (length << 3), 3 + LENGTH_BITS);
      }
      before = length;
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws CorruptClockException if it is no histogram of so many numbers
   */
  static void read(BitReader in, long[] numbers, int count) {
    long lowest = in.readSized();
    int width = (int) in.read(WIDTH_BITS);
    if (width > Long.SIZE) {
      throw new CorruptClockException("width out of range: width=" + width + ", max=" + Long.SIZE);
    }
    Tree tree = new Tree(in, count);
    tree.read(lowest, width);
    short[] table = PrefixCode.of(readLengths(in, tree.bins)).readingTable();
    for (int i = 0; i < count; i++) {
      int entry = table[(int) in.peek() & (table.length - 1)];
      in.skip(entry & PrefixCode.LENGTH_MASK);
      int bin = entry >>> PrefixCode.LENGTH_BITS;
      numbers[i] = tree.starts[bin] + in.readAny(tree.widths[bin]);
    }
  }

  private static byte[] readLengths(BitReader in, int bins) {
    byte[] lengths = new byte[bins];
    int before = FIRST_LENGTH;
    for (int bin = 0; bin < bins && bins > 1; bin++) {
      int length =
          switch (readPrefix(in)) {
            case BIN -> before;
            case HALVES -> before + 1;
            case LOWER -> before - 1;
            default -> (int) in.read(LENGTH_BITS);
          };
      if (length < 1 || length > PrefixCode.MAX_LENGTH) {
        throw new CorruptClockException(
            "length out of range: length=" + length + ", max=" + PrefixCode.MAX_LENGTH);
      }
      lengths[bin] = (byte) length;
      before = length;
    }
    return lengths;
  }

  /** One of the four codes of nodes and of lengths. */
  private static int readPrefix(BitReader in) {
    int next = (int) in.peek() & 0b111;
    int code = (next & 1) == 0 ? BIN : (next & 2) == 0 ? HALVES : next;
    in.skip(nodeBits(code));
    return code;
  }

  /** The bins of a tree that is read: no more than there are numbers. */
  private static final class Tree {
    private final BitReader in;
    private final long[] starts;
    private final byte[] widths;
    private int bins;

    Tree(BitReader in, int maxBins) {
      this.in = in;
      this.starts = new long[maxBins];
      this.widths = new byte[maxBins];
    }

    /** Reads the part of 2^width numbers from {@code start} on: 64 calls deep at most. */
    void read(long start, int width) {
      int node = width == 0 ? BIN : readPrefix(in);
      if (node == BIN) {
        if (bins == starts.length) {
          throw new CorruptClockException("more bins than numbers: numbers=" + starts.length);
        }
        starts[bins] = start;
        widths[bins++] = (byte) width;
        return;
      }
      if (node != UPPER) {
        read(start, width - 1);
      }
      if (node != LOWER) {
        read(start + (1L << (width - 1)), width - 1);
      }
    }
  }
}
