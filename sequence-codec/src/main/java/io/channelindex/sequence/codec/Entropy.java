package io.channelindex.sequence.codec;

/** Logarithms of counts, for choices by cost: the same on every machine. */
final class Entropy {
  private static final double[] N_LOG2 = new double[ClockCodec.MAX_VBUCKETS + 1];

  static {
    for (int n = 1; n < N_LOG2.length; n++) {
      N_LOG2[n] = n * StrictMath.log(n) / StrictMath.log(2);
    }
  }

  private Entropy() {}

  /** {@code n * log2(n)} of 0 … 1024, 0 of 0. */
  static double nLog2(int n) {
    return N_LOG2[n];
  }
}
