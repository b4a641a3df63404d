package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A named source of clocks for tests and benchmarks: the same name, number of vbuckets and seed
 * make the same clock on every machine. Each knows its entropy, below which no codec that was not
 * told the seed can stay on average.
 *
 * <p>Immutable and thread-safe.
 */
public abstract class ClockDistribution {
  /** The writes per second of the deltas. */
  private static final long WRITES_PER_SECOND = 50_000;

  private static final long DOCUMENTS = 100_000_000;

  private static final List<ClockDistribution> ALL =
      List.of(
          new UniformDocuments("uniform-10k", 10_000),
          new UniformDocuments("uniform-1M", 1_000_000),
          new UniformDocuments("uniform-100M", DOCUMENTS),
          new UniformDocuments("uniform-10B", 10_000_000_000L),
          new ZipfUpdates("zipf", 1_000_000, DOCUMENTS),
          new ResetVbuckets("bimodal", DOCUMENTS),
          new Channel("channel-5", 5, DOCUMENTS),
          new Channel("channel-50", 50, DOCUMENTS),
          new Channel("channel-500", 500, DOCUMENTS),
          new Delta("delta-100ms", DOCUMENTS, WRITES_PER_SECOND / 10),
          new Delta("delta-1s", DOCUMENTS, WRITES_PER_SECOND),
          new Delta("delta-60s", DOCUMENTS, WRITES_PER_SECOND * 60));

  private final String name;

  ClockDistribution(String name) {
    this.name = name;
  }

  /** All of them: uniform, skewed, sparse, deltas. */
  public static List<ClockDistribution> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Optional<ClockDistribution> byName(String name) {
    return ALL.stream().filter(distribution -> distribution.name.equals(name)).findFirst();
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
