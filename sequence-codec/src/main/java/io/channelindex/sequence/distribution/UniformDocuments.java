package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;
import java.util.SplittableRandom;

/**
 * So many documents were written once each, spread by their hash: every seqno is Poisson with a
 * mean of documents / vbuckets. Its entropy is that of so many independent Poisson numbers.
 */
final class UniformDocuments extends ClockDistribution {
  private final long documents;

  UniformDocuments(String name, long documents) {
    super(name);
    this.documents = documents;
  }

  @Override
  ClockSample sample(SequenceClock zero, SplittableRandom random) {
    return new ClockSample(zero, clock(zero.vbuckets(), documents, random));
  }

  static SequenceClock clock(int vbuckets, long documents, SplittableRandom random) {
    long[] seqnos = new long[vbuckets];
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      seqnos[vbucket] = Poisson.sample((double) documents / vbuckets, random);
    }
    return SequenceClock.of(seqnos);
  }

  @Override
  double entropyBits(int vbuckets) {
    return vbuckets * Poisson.entropyBits((double) documents / vbuckets);
  }
}
