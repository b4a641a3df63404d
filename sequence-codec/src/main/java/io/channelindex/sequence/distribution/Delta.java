package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;
import java.util.SplittableRandom;

/**
 * A bucket of uniform documents a while after its base clock: so many writes later, spread evenly.
 * The entropy, given the base, is that of independent Poisson numbers with a mean of writes /
 * vbuckets.
 */
final class Delta extends ClockDistribution {
  private final long documents;
  private final long writes;

  Delta(String name, long documents, long writes) {
    super(name);
    this.documents = documents;
    this.writes = writes;
  }

  @Override
  ClockSample sample(SequenceClock zero, SplittableRandom random) {
    int vbuckets = zero.vbuckets();
    SequenceClock base = UniformDocuments.clock(vbuckets, documents, random);
    long[] seqnos = base.toArray();
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      seqnos[vbucket] += Poisson.sample((double) writes / vbuckets, random);
    }
    return new ClockSample(base, SequenceClock.of(seqnos));
  }

  @Override
  double entropyBits(int vbuckets) {
    return vbuckets * Poisson.entropyBits((double) writes / vbuckets);
  }
}
