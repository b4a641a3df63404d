package io.channelindex.perf.indexing;

import io.channelindex.index.IndexSettings;
import io.channelindex.index.write.Compacting;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * One way to arrange an index.
 *
 * @param layout the name of its layout, or {@link #IN_MEMORY}
 * @param compression the name of what its blocks are compressed with
 * @param placement where in the index bucket the documents of a channel lie
 * @param compactAfter for how long a partition has nothing to write before it is compacted
 */
public record IndexVariant(
    String layout, String compression, Placement placement, Duration compactAfter) {
  /** Stands in the place of a layout for an index in memory, which has none (W1). */
  public static final String IN_MEMORY = "in-memory";

  /** One that is compacted as by default. */
  public IndexVariant(String layout, String compression, Placement placement) {
    this(layout, compression, placement, Compacting.DEFAULT.atRest());
  }

  /** One whose documents lie wherever their keys fall, compacted as by default. */
  public IndexVariant(String layout, String compression) {
    this(layout, compression, Placement.SPREAD);
  }

  /** The same, compacted when a partition has had nothing to write for another time. */
  public IndexVariant compactedAfter(Duration rest) {
    return new IndexVariant(layout, compression, placement, rest);
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
    WriterSettings settings = WriterSettings.DEFAULT.with(Layouts.named(layout), coding);
    return new WriterSettings(
        settings.layout(),
        settings.coding(),
        settings.blockBytes(),
        new Compacting(
            settings.compacting().blocks(), compactAfter, settings.compacting().entries()),
        settings.batching(),
        settings.retryFor(),
        settings.probe());
  }

  @Override
  public String toString() {
    return layout + ", " + compression;
  }
}
