package io.channelindex.sequence.distribution;

import java.util.SplittableRandom;

/** How often something happened that happens independently, {@code mean} times on average. */
final class Poisson {
  private static final double SMALL_MEAN = 30;
  private static final double LARGE_MEAN = 200;
  private static final double LN_2 = StrictMath.log(2);

  private Poisson() {}

  /**
   * A random number: by multiplication below a mean of 30, above it by transformed rejection
   * (Hörmann 1993, PTRS).
   */
  static long sample(double mean, SplittableRandom random) {
    return mean < SMALL_MEAN ? multiplied(mean, random) : rejected(mean, random);
  }

  private static long multiplied(double mean, SplittableRandom random) {
    double limit = StrictMath.exp(-mean);
    double product = random.nextDouble();
    long count = 0;
    while (product > limit) {
      product *= random.nextDouble();
      count++;
    }
    return count;
  }

  private static long rejected(double mean, SplittableRandom random) {
    double b = 0.931 + 2.53 * Math.sqrt(mean);
    double a = -0.059 + 0.02483 * b;
    double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    double logMean = StrictMath.log(mean);
    while (true) {
      double u = random.nextDouble() - 0.5;
      double v = random.nextDouble();
      double us = 0.5 - Math.abs(u);
      double count = Math.floor((2 * a / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) {
        return (long) count;
      }
      boolean possible = count >= 0 && (us >= 0.013 || v <= us);
      double threshold = StrictMath.log(v * inverseAlpha / (a / (us * us) + b));
      if (possible && threshold <= count * logMean - mean - logFactorial(count)) {
        return (long) count;
      }
    }
  }

  /** Stirling's series; exact enough, and only compared, from 0 on. */
  private static double logFactorial(double n) {
    if (n < 10) {
      double product = 1;
      for (int i = 2; i <= n; i++) {
        product *= i;
      }
      return StrictMath.log(product);
    }
    double inverse = 1 / n;
    return n * StrictMath.log(n)
        - n
        + StrictMath.log(2 * Math.PI * n) / 2
        + inverse / 12
        - inverse * inverse * inverse / 360;
  }

  /** The entropy in bits: summed up to a mean of 200, above it by its asymptotic series. */
  static double entropyBits(double mean) {
    if (mean > LARGE_MEAN) {
      double nats =
          StrictMath.log(2 * Math.PI * Math.E * mean) / 2
              - 1 / (12 * mean)
              - 1 / (24 * mean * mean);
      return nats / LN_2;
    }
    double bits = 0;
    for (int count = 0; count <= mean + 20 * Math.sqrt(mean) + 20; count++) {
      double logProbability = count * StrictMath.log(mean) - mean - logFactorial(count);
      bits -= StrictMath.exp(logProbability) * logProbability / LN_2;
    }
    return bits;
  }
}
