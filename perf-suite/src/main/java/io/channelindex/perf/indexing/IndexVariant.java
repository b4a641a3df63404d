package io.channelindex.perf.indexing;

import io.channelindex.index.IndexSettings;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layouts;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * One way to arrange an index.
 *
 * @param layout the name of its layout
 * @param compression the name of what its blocks are compressed with
 */
public record IndexVariant(String layout, String compression) {
  IndexSettings settings(PartitionMap map) {
    return new IndexSettings(map, layout);
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
