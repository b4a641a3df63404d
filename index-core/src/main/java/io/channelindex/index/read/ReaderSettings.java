package io.channelindex.index.read;

import java.time.Duration;

/**
 * What a reader may keep in memory and how it gets over failures. Beside what is stated here a tail
 * takes eight bytes per vbucket, and a page under way the entries of its channels in a few
 * partitions.
 *
 * @param tails the most channels whose recent entries are kept although nobody follows them, at
 *     least 0
 * @param tailBytes the most memory of one channel's recent entries, in bytes, at least 1 KiB
 * @param totalTailBytes the same of all channels together: beyond it, tails are halved as they grow
 * @param cachedBytes the most memory of what was read of channels lately, whoever read it (R4), in
 *     bytes; 0 keeps nothing
 * @param cachedRows the most rows that were read for a page and did not fit, kept for the next
 * @param retryMin the pause after the first failure of a series
 * @param retryMax the longest pause: pauses double
 */
public record ReaderSettings(
    int tails,
    long tailBytes,
    long totalTailBytes,
    long cachedBytes,
    int cachedRows,
    Duration retryMin,
    Duration retryMax) {
  /** What a database gets that does not say otherwise. */
  public static final ReaderSettings DEFAULT =
      new ReaderSettings(
          2_000,
          256 * 1024,
          64L << 20,
          64L << 20,
          100_000,
          Duration.ofMillis(100),
          Duration.ofSeconds(5));

  public ReaderSettings {
    require("tails", tails, 0);
    require("tailBytes", tailBytes, 1024);
    require("totalTailBytes", totalTailBytes, tailBytes);
    require("cachedBytes", cachedBytes, 0);
    require("cachedRows", cachedRows, 0);
    require("retryMin", retryMin.toMillis(), 1);
    require("retryMax", retryMax.toMillis(), retryMin.toMillis());
  }

  /** The same with another bound of what is kept of channels. */
  public ReaderSettings withCachedBytes(long other) {
    return new ReaderSettings(
        tails, tailBytes, totalTailBytes, other, cachedRows, retryMin, retryMax);
  }

  private static void require(String name, long value, long min) {
    if (value < min) {
      throw new IllegalArgumentException(
          name + " out of range: " + name + '=' + value + ", min=" + min);
    }
  }
}
