package io.channelindex.index.write;

import java.time.Duration;

/**
 * When channels are compacted (W9), and in what steps.
 *
 * @param blocks after how many closed blocks a channel is, or after a quarter of what it has
 *     compacted if that is more, and earlier if a third of it and more than a block may be
 *     superseded; 0 for never while it is written
 * @param atRest for how long nothing is written to a channel before it is although it has fewer;
 *     zero for never
 * @param entries how many are held in memory at once, at least 2; a block is never divided
 */
public record Compacting(int blocks, Duration atRest, int entries) {
  /** What a database gets that does not say otherwise. */
  public static final Compacting DEFAULT = new Compacting(4, Duration.ofSeconds(30), 250_000);

  public Compacting {
    if (blocks < 0) {
      throw new IllegalArgumentException("compactBlocks is negative: compactBlocks=" + blocks);
    }
    if (atRest.isNegative()) {
      throw new IllegalArgumentException("compactAfter is negative: compactAfter=" + atRest);
    }
    if (entries < 2) {
      throw new IllegalArgumentException(
          "compactEntries out of range: compactEntries=" + entries + ", min=2");
    }
  }
}
