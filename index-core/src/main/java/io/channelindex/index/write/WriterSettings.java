package io.channelindex.index.write;

import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;

/**
 * How the writer batches and when it gives up.
 *
 * @param layout how entries are arranged in blocks
 * @param coding how blocks are compressed
 * @param blockBytes the size at which a block is full, 1 KiB … 1 MiB
 * @param compactBlocks after how many closed blocks a channel is compacted, or after a quarter of
 *     what it has compacted if that is more; 0 for never
 * @param batchChanges the most changes of a commit, at least 1
 * @param linger how long a commit waits for more changes after the first; zero for not at all
 * @param retryFor how long a failing write is tried before the partition stops; zero for once
 * @param probe fault points
 */
public record WriterSettings(
    Layout layout,
    BlockCoding coding,
    int blockBytes,
    int compactBlocks,
    int batchChanges,
    Duration linger,
    Duration retryFor,
    WriterProbe probe) {
  /** What a database gets that does not say otherwise. */
  public static final WriterSettings DEFAULT =
      new WriterSettings(
          Layouts.DENSE,
          BlockCoding.plain(),
          16 * 1024,
          4,
          2_000,
          Duration.ZERO,
          Duration.ofSeconds(5),
          WriterProbe.NONE);

  public WriterSettings {
    if (blockBytes < 1024 || blockBytes > 1024 * 1024) {
      throw new IllegalArgumentException(
          "blockBytes out of range: blockBytes=" + blockBytes + ", min=1024, max=1048576");
    }
    if (compactBlocks < 0) {
      throw new IllegalArgumentException(
          "compactBlocks is negative: compactBlocks=" + compactBlocks);
    }
    if (batchChanges < 1) {
      throw new IllegalArgumentException(
          "batchChanges out of range: batchChanges=" + batchChanges + ", min=1");
    }
    requireNotNegative("linger", linger);
    requireNotNegative("retryFor", retryFor);
  }

  /** The same with another layout and coding. */
  public WriterSettings with(Layout otherLayout, BlockCoding otherCoding) {
    return new WriterSettings(
        otherLayout, otherCoding, blockBytes, compactBlocks, batchChanges, linger, retryFor, probe);
  }

  /** The same with compaction after another number of closed blocks, or never if it is 0. */
  public WriterSettings withCompactBlocks(int other) {
    return new WriterSettings(
        layout, coding, blockBytes, other, batchChanges, linger, retryFor, probe);
  }

  private static void requireNotNegative(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " is negative: " + name + "=" + duration);
    }
  }
}
