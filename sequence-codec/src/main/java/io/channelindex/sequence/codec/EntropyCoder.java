package io.channelindex.sequence.codec;

import java.util.Arrays;

/**
 * Writes up to 1,024 numbers by the model that takes the fewest bits. Not thread-safe: one of every
 * thread, reused. Nothing is allocated where {@link Bell} is taken at first sight.
 *
 * <pre>
 *  +---------+-------------------------------------------------------------------+
 *  | form: 2 | 0 {@link EqualRange} | 1 {@link Bell} | 2 {@link DyadicHistogram} |
 *  +---------+-------------------------------------------------------------------+
 * </pre>
 */
final class EntropyCoder {
  private static final ThreadLocal<EntropyCoder> OF_THREAD =
      ThreadLocal.withInitial(EntropyCoder::new);

  private static final int FORM_BITS = 2;
  private static final int EQUAL_RANGE = 0;
  private static final int BELL = 1;
  private static final int HISTOGRAM = 2;
  // Of fewer, how often each bin was met says little.
  private static final int MIN_AT_FIRST_SIGHT = 256;

  private final EqualRange equalRange = new EqualRange();
  private final Bell bell = new Bell();
  private final Bell middleBell = new Bell();
  private final DyadicHistogram histogram = new DyadicHistogram();
  private final long[] sorted = new long[ClockCodec.MAX_VBUCKETS];
  private NumberModel chosen = equalRange;
  private int form;
  private boolean atFirstSight;

  private EntropyCoder() {}

  /** The one of this thread. */
  static EntropyCoder ofThread() {
    return OF_THREAD.get();
  }

  /** The most bits that so many numbers take. */
  static int maxBits(int count) {
    return FORM_BITS + EqualRange.maxBits(count);
  }

  /** Whether a normal distribution fits so well that no other model was looked at. */
  boolean isBellAtFirstSight() {
    return atFirstSight;
  }

  /** Chooses the model for the first {@code count} numbers. */
  void choose(long[] numbers, int count) {
    boolean hasBell = bell.fit(numbers, count);
    atFirstSight = hasBell && count >= MIN_AT_FIRST_SIGHT && bell.isClose(numbers, count);
    if (atFirstSight) {
      chosen = bell;
      form = BELL;
    } else {
      compare(numbers, count, hasBell);
    }
  }

  private void compare(long[] numbers, int count, boolean hasBell) {
    for (int i = 0; i < count; i++) {
      sorted[i] = numbers[i] ^ Long.MIN_VALUE;
    }
    Arrays.sort(sorted, 0, count);
    equalRange.fit(numbers, count);
    chosen = equalRange;
    form = EQUAL_RANGE;
    histogram.fit(sorted, count);
    prefer(histogram, HISTOGRAM);
    if (hasBell) {
      bell.measure(numbers, count);
      prefer(bell, BELL);
    }
    if (middleBell.fitMiddle(sorted, count)) {
      middleBell.measure(numbers, count);
      prefer(middleBell, BELL);
    }
  }

  /** The bits that {@link #write} will write of the numbers given to {@link #choose} last. */
  long bits(long[] numbers, int count) {
    if (atFirstSight) {
      bell.measure(numbers, count);
    }
    return FORM_BITS + chosen.bits();
  }

  private void prefer(NumberModel model, int formOfModel) {
    if (model.bits() < chosen.bits()) {
      chosen = model;
      form = formOfModel;
    }
  }

  /** Writes the numbers that were given to {@link #choose} last. */
  void write(long[] numbers, int count, BitWriter out) {
    out.put(form, FORM_BITS);
    chosen.write(numbers, count, out);
  }

  /**
   * Reads what {@link #write} wrote. Too few bits are found by {@link BitReader#finish}.
   *
   * @throws CorruptClockException if it is anything else
   */
  static void read(BitReader in, long[] numbers, int count) {
    int form = (int) in.read(FORM_BITS);
    switch (form) {
      case EQUAL_RANGE -> EqualRange.read(in, numbers, count);
      case BELL -> Bell.read(in, numbers, count);
      case HISTOGRAM -> DyadicHistogram.read(in, numbers, count);
      default -> throw new CorruptClockException("form not known: form=" + form);
    }
  }
}
