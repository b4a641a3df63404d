package io.channelindex.sequence;

import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Clocks for tests: every shape that production is known to make, and some that it should not. */
public final class Clocks {
  /** How many kinds of clocks {@link #make} makes. */
  public static final int KINDS = 10;

  private Clocks() {}

  /** Any clock: 1 … 1024 vbuckets, uniform, skewed, sparse, with resets and giants, all equal. */
  public static Arbitrary<SequenceClock> any() {
    Arbitrary<Integer> vbuckets =
        Arbitraries.oneOf(
            Arbitraries.of(1, 2, 7, 8, 9, 64, 128, 1023, 1024),
            Arbitraries.integers().between(1, 1024));
    return vbuckets.flatMap(Clocks::ofVbuckets);
  }

  /** Any clock of so many vbuckets. */
  public static Arbitrary<SequenceClock> ofVbuckets(int vbuckets) {
    return Arbitraries.longs()
        .flatMap(
            seed ->
                Arbitraries.integers()
                    .between(0, KINDS - 1)
                    .map(kind -> make(vbuckets, seed, kind)));
  }

  /** One of {@link #KINDS} kinds of random clocks. */
  public static SequenceClock make(int vbuckets, long seed, int kind) {
    SplittableRandom random = new SplittableRandom(seed);
    int bits = random.nextInt(65);
    long base = random.nextLong() >>> random.nextInt(64);
    long[] seqnos = new long[vbuckets];
    for (int i = 0; i < vbuckets; i++) {
      long any = bits == 0 ? 0 : random.nextLong() >>> (64 - bits);
      seqnos[i] =
          switch (kind) {
            case 0 -> any;
            case 1 -> base + (any >>> 1);
            case 2 -> random.nextInt(100) == 0 ? any : 0;
            case 3 -> random.nextInt(50) == 0 ? 0 : base + random.nextInt(1000);
            case 4 ->
                random.nextInt(50) == 0 ? -1 - random.nextInt(3) : base + random.nextInt(1000);
            case 5 -> random.nextLong() >>> random.nextInt(64);
            case 6 -> -1;
            case 7 -> base;
            case 8 -> random.nextInt(3) == 0 ? random.nextInt(1 << 20) : 0;
            default -> random.nextBoolean() ? any : -1 - any;
          };
    }
    return SequenceClock.of(seqnos);
  }

  /**
   * What so many documents make of a bucket that was empty: uniformly distributed by their hash.
   */
  public static SequenceClock uniform(long documents, int vbuckets, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double mean = (double) documents / vbuckets;
    long[] seqnos = new long[vbuckets];
    java.util.Random gaussian = new java.util.Random(random.nextLong());
    for (int i = 0; i < vbuckets; i++) {
      // The counts of a multinomial distribution, each close to normal with variance = mean.
      seqnos[i] = Math.max(0, Math.round(mean + gaussian.nextGaussian() * Math.sqrt(mean)));
    }
    return SequenceClock.of(seqnos);
  }
}
