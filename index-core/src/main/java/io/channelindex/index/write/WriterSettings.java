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
 * @param batching how changes become commits
 * @param retryFor how long a failing write is tried before the partition stops; zero for once
 * @param probe fault points
 */
public record WriterSettings(
    Layout layout,
    BlockCoding coding,
    int blockBytes,
    Compacting compacting,
    Batching batching,
    Duration retryFor,
    WriterProbe probe) {
  /** What a database gets that does not say otherwise. */
  public static final WriterSettings DEFAULT =
      new WriterSettings(
          Layouts.DENSE,
          BlockCoding.plain(),
          16 * 1024,
          Compacting.DEFAULT,
          Batching.DEFAULT,
          Duration.ofSeconds(5),
          WriterProbe.NONE);

  public WriterSettings {
    if (blockBytes < 1024 || blockBytes > 1024 * 1024) {
      throw new IllegalArgumentException(
          "blockBytes out of range: blockBytes=" + blockBytes + ", min=1024, max=1048576");
    }
    if (retryFor.isNegative()) {
      throw new IllegalArgumentException("retryFor is negative: retryFor=" + retryFor);
    }
  }

  /** The same with another layout and coding. */
  public WriterSettings with(Layout otherLayout, BlockCoding otherCoding) {
    return new WriterSettings(
        otherLayout, otherCoding, blockBytes, compacting, batching, retryFor, probe);
  }
}
