package io.channelindex.sequence.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A frame of reference: numbers as differences of {@code width} bits to a base. Those that do not
 * fit are exceptions: their lowest {@code width} bits lie in their slot, the rest in a patch (PFOR,
 * Zukowski et al. 2006, with exceptions below the base too: a few vbuckets that were reset must not
 * make all others wide).
 *
 * <pre>
 *   byte 0           1 … 10        then                      then, if patched
 *  +----------------+-------------+-------------------------+---------------------------+
 *  | width          | varint:     | slots: n * width bits,  | varint: patches, &gt;= 1     |
 *  | + 128 patched  | base        | lowest first, zero bits | { varint: gap * 2 + side  |
 *  |                |             | up to a whole byte      |   varint: rest } each     |
 *  +----------------+-------------+-------------------------+---------------------------+
 *    side 0, above: number = base + ((rest + 1) &lt;&lt; width | slot)
 *    side 1, below: number = base - 1 - (rest &lt;&lt; width | slot)
 *    gap: numbers that are no exceptions since the one before
 * </pre>
 *
 * <p>All numbers are unsigned and come back exactly. Up to 1,024 numbers.
 *
 * @param base the lowest number that is no exception
 * @param width of a slot in bits, 0 … 64; with 64 there are no exceptions
 * @param patches the number of exceptions
 * @param cost the bytes that it takes, give or take a byte per 64 patches
 */
record Frame(long base, int width, int patches, int cost) {
  private static final int PATCHED = 0x80;
  private static final int BELOW = 1;
  private static final int MAX_VAIN_TRIES = 2;

  /**
   * A frame that takes few bytes: of those tried, each with the fewest exceptions for its width,
   * the smallest. Takes as long as sorting, and some passes.
   *
   * <p>Widths are tried downwards: the exceptions only become more. After one try the next width
   * below what that try's numbers really need is taken, so that outliers do not cost tries; and
   * after two tries in a row that save nothing, no more are made.
   */
  static Frame cheapest(long[] numbers) {
    long[] sorted = sortedAsSigned(numbers);
    Frame best = of(sorted, new Window(0, sorted.length - 1));
    int width = best.width - 1;
    for (int vain = 0; width >= 0 && vain < MAX_VAIN_TRIES; vain++) {
      Frame frame = of(sorted, Window.widest(sorted, width));
      if (frame.cost < best.cost) {
        best = frame;
        vain = -1;
      }
      width = frame.width - 1;
    }
    return best;
  }

  /** Those of the sorted numbers that are no exceptions; {@code high} is inclusive. */
  private record Window(int low, int high) {
    /** The window that has the most numbers within so many bits. */
    static Window widest(long[] sorted, int width) {
      int bestLow = 0;
      int bestHigh = -1;
      int low = 0;
      for (int high = 0; high < sorted.length; high++) {
        while (bits(sorted[high] - sorted[low]) > width) {
          low++;
        }
        if (high - low > bestHigh - bestLow) {
          bestLow = low;
          bestHigh = high;
        }
      }
      return new Window(bestLow, bestHigh);
    }
  }

  private static Frame of(long[] sorted, Window window) {
    int low = window.low;
    int high = window.high;
    int width = bits(sorted[high] - sorted[low]);
    long base = sorted[low] ^ Long.MIN_VALUE;
    int bytes = 1 + Varint.length(base) + BitPacking.bytes(sorted.length, width);
    int patches = low + sorted.length - 1 - high;
    if (patches > 0) {
      bytes += Varint.length(patches) + patches;
      for (int i = 0; i < low; i++) {
        bytes += Varint.length((sorted[low] - 1 - sorted[i]) >>> width);
      }
      for (int i = high + 1; i < sorted.length; i++) {
        bytes += Varint.length(((sorted[i] - sorted[low]) >>> width) - 1);
      }
    }
    return new Frame(base, width, patches, bytes);
  }

  /** The sign bit is turned, so that the unsigned order is the signed one. */
  private static long[] sortedAsSigned(long[] numbers) {
    long[] sorted = new long[numbers.length];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = numbers[i] ^ Long.MIN_VALUE;
    }
    Arrays.sort(sorted);
    return sorted;
  }

  private static int bits(long number) {
    return Long.SIZE - Long.numberOfLeadingZeros(number);
  }

  /** Writes the numbers that this frame was chosen for. */
  void write(long[] numbers, ByteBuffer out) {
    out.put((byte) (patches == 0 ? width : width | PATCHED));
    Varint.put(out, base);
    BitPacking.Writer slots = new BitPacking.Writer(out, width);
    for (long number : numbers) {
      slots.put(isBelow(number) ? base - 1 - number : number - base);
    }
    slots.finish();
    if (patches > 0) {
      writePatches(numbers, out);
    }
  }

  private void writePatches(long[] numbers, ByteBuffer out) {
    Varint.put(out, patches);
    int previous = -1;
    for (int i = 0; i < numbers.length; i++) {
      boolean below = isBelow(numbers[i]);
      if (below || bits(numbers[i] - base) > width) {
        Varint.put(out, (i - previous - 1) * 2L + (below ? BELOW : 0));
        Varint.put(
            out, below ? (base - 1 - numbers[i]) >>> width : ((numbers[i] - base) >>> width) - 1);
        previous = i;
      }
    }
  }

  private boolean isBelow(long number) {
    return Long.compareUnsigned(number, base) < 0;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param count of numbers, 1 … 1024
   * @throws CorruptClockException if it is no frame of so many numbers
   */
  static long[] read(int count, ByteBuffer in) {
    if (!in.hasRemaining()) {
      throw new CorruptClockException("frame truncated: remaining=0");
    }
    int head = in.get() & 0xff;
    int width = head & ~PATCHED;
    if (width > Long.SIZE || head == (Long.SIZE | PATCHED)) {
      throw new CorruptClockException("width out of range: width=" + width + ", head=" + head);
    }
    long base = Varint.get(in);
    long[] slots = BitPacking.read(in, count, width);
    boolean[] patched = new boolean[count];
    if ((head & PATCHED) != 0) {
      readPatches(in, base, width, slots, patched);
    }
    for (int i = 0; i < count; i++) {
      if (!patched[i]) {
        slots[i] = add(base, slots[i]);
      }
    }
    return slots;
  }

  private static void readPatches(
      ByteBuffer in, long base, int width, long[] slots, boolean[] patched) {
    int patches = Varint.get(in, "patches", slots.length);
    if (patches == 0) {
      throw new CorruptClockException("no patches in spite of the head: width=" + width);
    }
    int previous = -1;
    for (int left = patches; left > 0; left--) {
      int maxGap = slots.length - 1 - previous - left;
      int step = Varint.get(in, "gap", maxGap * 2 + BELOW);
      long rest = Varint.get(in);
      previous += step / 2 + 1;
      patched[previous] = true;
      slots[previous] =
          step % 2 == BELOW
              ? subtract(base, join(rest, width, slots[previous]))
              : add(base, join(above(rest), width, slots[previous]));
    }
  }

  private static long above(long rest) {
    if (rest == -1) {
      throw new CorruptClockException("rest out of range: rest=" + Long.toUnsignedString(rest));
    }
    return rest + 1;
  }

  private static long join(long high, int width, long slot) {
    if (bits(high) + width > Long.SIZE) {
      throw new CorruptClockException(
          "rest out of range: rest=" + Long.toUnsignedString(high) + ", width=" + width);
    }
    return high << width | slot;
  }

  private static long add(long base, long difference) {
    long number = base + difference;
    if (Long.compareUnsigned(number, base) < 0) {
      throw new CorruptClockException(
          "number above 2^64 - 1: base="
              + Long.toUnsignedString(base)
              + ", difference="
              + Long.toUnsignedString(difference));
    }
    return number;
  }

  private static long subtract(long base, long difference) {
    if (Long.compareUnsigned(difference, base) >= 0) {
      throw new CorruptClockException(
          "number below 0: base="
              + Long.toUnsignedString(base)
              + ", difference="
              + Long.toUnsignedString(difference));
    }
    return base - 1 - difference;
  }
}
