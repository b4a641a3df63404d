package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * So many updates of so many documents, of which the one of rank r is updated in proportion to
 * r^-0.99 (as YCSB does): most vbuckets have about as many, a few that have the most popular
 * documents many times more.
 *
 * <p>There is no closed form of its entropy. It is taken as that of so many independent numbers,
 * each distributed as the seqno of one vbucket is, which is estimated from 32 clocks with fixed
 * seeds by the distances between values that are 2m apart in their order (Vasicek 1976, with the
 * correction of its bias by digamma: van Es 1992). The error is below 0.5 %; what the vbuckets know
 * of each other, that the most popular document is in one of them only, is below that.
 */
final class ZipfUpdates extends ClockDistribution {
  private static final double EXPONENT = 0.99;
  private static final int CLOCKS = 32;
  private static final int REACH = 8;

  private final int documents;
  private final long updates;
  private final ConcurrentHashMap<Integer, Double> entropies = new ConcurrentHashMap<>();
  private double[] weights = {};

  ZipfUpdates(String name, int documents, long updates) {
    super(name);
    this.documents = documents;
    this.updates = updates;
  }

  @Override
  ClockSample sample(SequenceClock zero, SplittableRandom random) {
    long[] seqnos = seqnos(zero.vbuckets(), weights(), random);
    return new ClockSample(zero, SequenceClock.of(seqnos));
  }

  /** The updates of every rank, on average: made once, as they take longer than a sample. */
  private synchronized double[] weights() {
    if (weights.length == 0) {
      weights = makeWeights();
    }
    return weights;
  }

  private double[] makeWeights() {
    double[] weights = new double[documents];
    double sum = 0;
    for (int rank = 1; rank <= documents; rank++) {
      weights[rank - 1] = StrictMath.pow(rank, -EXPONENT);
      sum += weights[rank - 1];
    }
    for (int i = 0; i < documents; i++) {
      weights[i] *= updates / sum;
    }
    return weights;
  }

  private static long[] seqnos(int vbuckets, double[] weights, SplittableRandom random) {
    double[] means = new double[vbuckets];
    for (double weight : weights) {
      means[random.nextInt(vbuckets)] += weight;
    }
    long[] seqnos = new long[vbuckets];
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      seqnos[vbucket] = Poisson.sample(means[vbucket], random);
    }
    return seqnos;
  }

  @Override
  double entropyBits(int vbuckets) {
    return vbuckets * entropies.computeIfAbsent(vbuckets, this::estimate);
  }

  private double estimate(int vbuckets) {
    double[] weights = weights();
    long[] values = new long[CLOCKS * vbuckets];
    for (int clock = 0; clock < CLOCKS; clock++) {
      long[] seqnos = seqnos(vbuckets, weights, new SplittableRandom(clock));
      System.arraycopy(seqnos, 0, values, clock * vbuckets, vbuckets);
    }
    Arrays.sort(values);
    return spacingEntropyBits(values);
  }

  /** The entropy per value, from sorted ones that lie far more than 1 apart on average. */
  static double spacingEntropyBits(long[] sorted) {
    double nats = 0;
    int used = 0;
    for (int i = REACH; i < sorted.length - REACH; i++) {
      // Whole numbers: two equal ones are on average a third apart.
      nats += StrictMath.log(Math.max(1.0 / 3, (double) (sorted[i + REACH] - sorted[i - REACH])));
      used++;
    }
    double digamma = -0.5772156649015329;
    for (int i = 1; i < 2 * REACH; i++) {
      digamma += 1.0 / i;
    }
    double mean = used == 0 ? 0 : nats / used;
    return (mean + StrictMath.log(sorted.length + 1.0) - digamma) / StrictMath.log(2);
  }
}
