package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;
import java.util.SplittableRandom;

/**
 * A named source of clocks for tests and benchmarks: the same name, number of vbuckets and seed
 * make the same clock on every machine. Each knows its entropy, below which no codec that was not
 * told the seed can stay on average.
 *
 * <p>Immutable and thread-safe.
 */
public abstract class ClockDistribution {
  private final String name;

  ClockDistribution(String name) {
    this.name = name;
  }

  /** The stable name. */
  public final String name() {
    return name;
  }

  /**
   * One of its clocks.
   *
   * @param vbuckets 1 … 1024
   * @param seed the same seed makes the same clock
   */
  public final ClockSample sample(int vbuckets, long seed) {
    SequenceClock zero = SequenceClock.zero(vbuckets);
    return sample(zero, new SplittableRandom(seed));
  }

  /**
   * The entropy of a clock of so many vbuckets, given its base, in bytes: the bound that sizes are
   * compared with. How it is computed says each distribution.
   */
  public final double boundBytes(int vbuckets) {
    return entropyBits(SequenceClock.zero(vbuckets).vbuckets()) / Byte.SIZE;
  }

  abstract ClockSample sample(SequenceClock zero, SplittableRandom random);

  abstract double entropyBits(int vbuckets);
}
