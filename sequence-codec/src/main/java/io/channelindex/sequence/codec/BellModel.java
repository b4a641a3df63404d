package io.channelindex.sequence.codec;

/**
 * The prefix code of a normal distribution that is cut into bins: nothing of it is sent but which
 * one it is. There is one for every eighth of an octave of the deviation and every quarter of a bin
 * that the mean may lie beside the middle bin, so that a distribution is at most 5 % wider and an
 * eighth of a bin beside its model: below 0.01 bits per number.
 *
 * <p>The symbols are the bins, lowest first, and one for all numbers that lie in none. Built with
 * {@link StrictMath}: the same code on every machine.
 *
 * <p>Immutable.
 */
final class BellModel {
  /** The models of one quarter: from a deviation of 1/4 bin to one of 8 bins. */
  static final int LEVELS = 40;

  /** The levels of an octave. */
  static final int LEVELS_PER_OCTAVE = 8;

  /** The least deviation, in bins. */
  static final double MIN_DEVIATION = 0.25;

  /** The parts of a bin at which a mean may lie. */
  static final int QUARTERS = 4;

  private static final int MIN_REACH = 2;
  private static final double REACH_IN_DEVIATIONS = 4;
  private static final int POINTS_PER_BIN = 16;
  private static final double UNIT = 1 << 24;
  private static final double MIN_ESCAPE = 1.0 / 4096;

  // Filled as they are needed; two threads may make the same one.
  private static final BellModel[] MADE = new BellModel[LEVELS * QUARTERS];

  private final int reach;
  private final int[] codes;
  private final short[] readingTable;

  private BellModel(double deviation, double beside) {
    reach = Math.max(MIN_REACH, (int) StrictMath.ceil(REACH_IN_DEVIATIONS * deviation));
    PrefixCode code = PrefixCode.of(PrefixCode.lengths(weights(deviation, beside)));
    codes = code.codes();
    readingTable = code.readingTable();
  }

  /**
   * The model for a deviation and a mean.
   *
   * @param level of the deviation, 0 … 39
   * @param quarter of a bin that the mean lies above the middle of the middle bin, 0 … 3
   */
  static BellModel of(int level, int quarter) {
    int index = level * QUARTERS + quarter;
    BellModel model = MADE[index];
    if (model == null) {
      double octaves = (level + 0.5) / LEVELS_PER_OCTAVE;
      model =
          new BellModel(MIN_DEVIATION * StrictMath.pow(2, octaves), (double) quarter / QUARTERS);
      MADE[index] = model;
    }
    return model;
  }

  private int[] weights(double deviation, double beside) {
    int[] weights = new int[2 * reach + 2];
    double left = 1;
    for (int bin = 0; bin <= 2 * reach; bin++) {
      double mass = mass(bin - reach - beside, deviation);
      left -= mass;
      weights[bin] = Math.max(1, (int) (mass * UNIT));
    }
    weights[2 * reach + 1] = (int) (Math.max(left, MIN_ESCAPE) * UNIT);
    return weights;
  }

  /** Of the bin of width 1 around a point. */
  private static double mass(double middle, double deviation) {
    double sum = 0;
    for (int i = 0; i < POINTS_PER_BIN; i++) {
      double z = (middle + (i + 0.5) / POINTS_PER_BIN - 0.5) / deviation;
      sum += StrictMath.exp(-z * z / 2);
    }
    return sum / POINTS_PER_BIN / deviation / StrictMath.sqrt(2 * Math.PI);
  }

  /** The number of bins on either side of the middle one. */
  int reach() {
    return reach;
  }

  /** The number of bins, and the symbol of numbers that lie in none. */
  int bins() {
    return 2 * reach + 1;
  }

  /** {@link PrefixCode#codes}. */
  int[] codes() {
    return codes;
  }

  /** {@link PrefixCode#readingTable}. */
  short[] readingTable() {
    return readingTable;
  }
}
