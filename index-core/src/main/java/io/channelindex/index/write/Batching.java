package io.channelindex.index.write;

import java.time.Duration;

/**
 * How changes become commits (W8).
 *
 * @param changes the most changes of a commit, at least 1
 * @param bytes the memory that the changes of a commit may take, about, at least 1 KiB; a change
 *     that takes more is committed alone
 * @param linger what is waited for
 * @param longest how long the oldest change waits for others at most; zero for not at all
 * @param promise how many changes have to be expected within {@code longest} for an adaptive wait,
 *     at least 1
 * @param operations how many operations all commits of a process have under way at a time, about,
 *     at least 1; a commit that alone has more is alone
 */
public record Batching(
    int changes, int bytes, Linger linger, Duration longest, int promise, int operations) {
  /** Adaptive: at full load commits of up to 2,000 changes, at low load of one. */
  public static final Batching DEFAULT =
      new Batching(2_000, 4 << 20, Linger.ADAPTIVE, Duration.ofMillis(200), 64, 128);

  private static final int MIN_BYTES = 1 << 10;

  /** When a commit waits for more changes. */
  public enum Linger {
    /** Always, until {@link #longest} is over or the commit is full. */
    FIXED,
    /** While changes arrive so fast that waiting makes each of them cheaper. */
    ADAPTIVE
  }

  public Batching {
    requireAtLeast("changes", changes, 1);
    requireAtLeast("bytes", bytes, MIN_BYTES);
    requireAtLeast("promise", promise, 1);
    requireAtLeast("operations", operations, 1);
    if (longest.isNegative()) {
      throw new IllegalArgumentException("longest is negative: longest=" + longest);
    }
  }

  /** The same with another limit of changes. */
  public Batching withChanges(int other) {
    return new Batching(other, bytes, linger, longest, promise, operations);
  }

  /** The same with another limit of bytes. */
  public Batching withBytes(int other) {
    return new Batching(changes, other, linger, longest, promise, operations);
  }

  /** The same with another linger. */
  public Batching withLinger(Linger other, Duration otherLongest) {
    return new Batching(changes, bytes, other, otherLongest, promise, operations);
  }

  /** The same with another promise. */
  public Batching withPromise(int other) {
    return new Batching(changes, bytes, linger, longest, other, operations);
  }

  /** The same with another limit of operations. */
  public Batching withOperations(int other) {
    return new Batching(changes, bytes, linger, longest, promise, other);
  }

  private static void requireAtLeast(String name, int value, int min) {
    if (value < min) {
      throw new IllegalArgumentException(
          name + " out of range: " + name + "=" + value + ", min=" + min);
    }
  }
}
