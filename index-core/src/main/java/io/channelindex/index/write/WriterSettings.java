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
 * @param compacting when channels are compacted
 * @param batchChanges the most changes of a commit, at least 1
 * @param linger how long a commit waits for more changes after the first; zero for not at all
 * @param retryFor how long a failing write is tried before the partition stops; zero for once
 * @param probe fault points
 */
public record WriterSettings(
    Layout layout,
    BlockCoding coding,
    int blockBytes,
    Compacting compacting,
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
          Compacting.DEFAULT,
          2_000,
          Duration.ZERO,
          Duration.ofSeconds(5),
          WriterProbe.NONE);

  public WriterSettings {
    if (blockBytes < 1024 || blockBytes > 1024 * 1024) {
      throw new IllegalArgumentException(
          "blockBytes out of range: blockBytes=" + blockBytes + ", min=1024, max=1048576");
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
        otherLayout, otherCoding, blockBytes, compacting, batchChanges, linger, retryFor, probe);
  }

  private static void requireNotNegative(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " is negative: " + name + "=" + duration);
    }
  }
}
