package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;
import java.util.SplittableRandom;

/**
 * The clock of a channel that has entries in so many vbuckets (in all, if there are fewer), the
 * last of each anywhere in its history: a seqno from 1 up to documents / vbuckets. The entropy is
 * that of the set, log2 of how many of its size there are, and of its equally likely seqnos.
 */
final class Channel extends ClockDistribution {
  private final int present;
  private final long documents;

  Channel(String name, int present, long documents) {
    super(name);
    this.present = present;
    this.documents = documents;
  }

  @Override
  ClockSample sample(SequenceClock zero, SplittableRandom random) {
    int vbuckets = zero.vbuckets();
    long[] seqnos = new long[vbuckets];
    int left = Math.min(present, vbuckets);
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      if (random.nextInt(vbuckets - vbucket) < left) {
        seqnos[vbucket] = 1 + random.nextLong(documents / vbuckets);
        left--;
      }
    }
    return new ClockSample(zero, SequenceClock.of(seqnos));
  }

  @Override
  double entropyBits(int vbuckets) {
    int marked = Math.min(present, vbuckets);
    long highest = documents / vbuckets;
    double nats = marked * StrictMath.log((double) highest);
    for (int i = 1; i <= marked; i++) {
      nats += StrictMath.log((double) (vbuckets - marked + i) / i);
    }
    return nats / StrictMath.log(2);
  }
}
