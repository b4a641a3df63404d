package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.channelindex.index.write.Batching;
import io.channelindex.index.write.Batching.Linger;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How changes become commits (W8).
 *
 * @param changes the most changes of one commit
 * @param bytes {@code size}: the memory that the changes of one commit may take, about
 * @param linger {@code linger}: {@code adaptive}, or a duration that every commit waits for more
 * @param longest {@code longest}: how long an adaptive wait may be
 * @param operations how many operations all commits of the database have under way on this node
 */
public record BatchConfig(int changes, int bytes, Linger linger, Duration longest, int operations) {
  /** Adaptive. */
  public static final BatchConfig DEFAULT =
      new BatchConfig(
          Batching.DEFAULT.changes(),
          Batching.DEFAULT.bytes(),
          Batching.DEFAULT.linger(),
          Batching.DEFAULT.longest(),
          Batching.DEFAULT.operations());

  private static final String ADAPTIVE = "adaptive";

  public BatchConfig {
    Require.range("index.batch.changes", changes, 1, 100_000);
    Require.range("index.batch.size", bytes, 64 << 10, 1 << 30);
    String name = linger == Linger.FIXED ? "index.batch.linger" : "index.batch.longest";
    Require.range(name, longest, Duration.ZERO, Duration.ofSeconds(10));
    Require.range("index.batch.operations", operations, 1, 1 << 16);
  }

  /** Fills in what is absent. */
  @JsonCreator
  static BatchConfig of(
      @JsonProperty("changes") @Nullable Integer changes,
      @JsonProperty("size") @Nullable String size,
      @JsonProperty("linger") @Nullable String linger,
      @JsonProperty("longest") @Nullable String longest,
      @JsonProperty("operations") @Nullable Integer operations) {
    boolean adaptive = linger == null || linger.equals(ADAPTIVE);
    if (!adaptive && longest != null) {
      throw new IllegalArgumentException(
          "of an adaptive linger only: index.batch.longest=" + longest + ", linger=" + linger);
    }
    String duration = adaptive ? longest : linger;
    return new BatchConfig(
        changes == null ? DEFAULT.changes() : changes,
        size == null ? DEFAULT.bytes() : Sizes.parse(size),
        adaptive ? Linger.ADAPTIVE : Linger.FIXED,
        duration == null ? DEFAULT.longest() : Durations.parse(duration),
        operations == null ? DEFAULT.operations() : operations);
  }

  /** As the index's writers want it. */
  public Batching batching() {
    return Batching.DEFAULT
        .withChanges(changes)
        .withBytes(bytes)
        .withLinger(linger, longest)
        .withOperations(operations);
  }
}
