package io.channelindex.sequence.distribution;

import java.util.List;
import java.util.Optional;

/** The distributions by name: what tests and benchmarks share. */
public final class ClockDistributions {
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

  private ClockDistributions() {}

  /** All of them: uniform, skewed, sparse, deltas. */
  public static List<ClockDistribution> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Optional<ClockDistribution> byName(String name) {
    return ALL.stream().filter(distribution -> distribution.name().equals(name)).findFirst();
  }
}
