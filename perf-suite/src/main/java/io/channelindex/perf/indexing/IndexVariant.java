package io.channelindex.perf.indexing;

import io.channelindex.index.IndexSettings;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layouts;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * One way to arrange an index.
 *
 * @param layout the name of its layout, or {@link #IN_MEMORY}
 * @param compression the name of what its blocks are compressed with
 * @param placement where in the index bucket the documents of a channel lie
 */
public record IndexVariant(String layout, String compression, Placement placement) {
  /** Stands in the place of a layout for an index in memory, which has none (W1). */
  public static final String IN_MEMORY = "in-memory";

  /** One whose documents lie wherever their keys fall. */
  public IndexVariant(String layout, String compression) {
    this(layout, compression, Placement.SPREAD);
  }

  /** Whether it is in memory: then nothing is compressed. */
  public boolean isInMemory() {
    return layout.equals(IN_MEMORY);
  }

  /** Whether its blocks are compressed with a dictionary, once there is one. */
  public boolean hasDictionary() {
    return compression.equals(BlockCompression.ZSTD_DICTIONARY.stableName());
  }

  IndexSettings settings(PartitionMap map) {
    return new IndexSettings(map, layout, placement);
  }

  /** How its blocks are written and read; a new one for each index. */
  CompletionStage<BlockCoding> coding(
      IndexBucket bucket, IndexKeys keys, ScheduledExecutorService executor) {
    return BlockCoding.open(BlockCompression.named(compression), bucket, keys, executor);
  }

  WriterSettings writer(BlockCoding coding) {
    return WriterSettings.DEFAULT.with(Layouts.named(layout), coding);
  }

  @Override
  public String toString() {
    return layout + ", " + compression;
  }
}
