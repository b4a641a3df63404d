package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;
import java.util.SplittableRandom;

/**
 * Uniform documents, but one vbucket in sixteen was reset when all but a hundredth of them had been
 * written. The two kinds do not overlap: the entropy is that of which vbuckets were reset, each for
 * itself, and of the two kinds' Poisson numbers.
 */
final class ResetVbuckets extends ClockDistribution {
  private static final double RESET = 1.0 / 16;
  private static final double WRITTEN_SINCE = 1.0 / 100;

  private final long documents;

  ResetVbuckets(String name, long documents) {
    super(name);
    this.documents = documents;
  }

  @Override
  ClockSample sample(SequenceClock zero, SplittableRandom random) {
    double mean = (double) documents / zero.vbuckets();
    long[] seqnos = new long[zero.vbuckets()];
    for (int vbucket = 0; vbucket < seqnos.length; vbucket++) {
      boolean reset = random.nextDouble() < RESET;
      seqnos[vbucket] = Poisson.sample(reset ? mean * WRITTEN_SINCE : mean, random);
    }
    return new ClockSample(zero, SequenceClock.of(seqnos));
  }

  @Override
  double entropyBits(int vbuckets) {
    double mean = (double) documents / vbuckets;
    double which =
        -(RESET * StrictMath.log(RESET) + (1 - RESET) * StrictMath.log(1 - RESET))
            / StrictMath.log(2);
    return vbuckets
        * (which
            + RESET * Poisson.entropyBits(mean * WRITTEN_SINCE)
            + (1 - RESET) * Poisson.entropyBits(mean));
  }
}
