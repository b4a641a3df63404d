package io.channelindex.index.read;

import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layouts;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Where an index has its rows (W1).
 *
 * @param stable says what is readable
 * @param reader reads it
 * @param moves has to know what moves, before anybody who reads
 */
record Content(StableSource stable, SliceReader reader, StableClocks.Moves moves) {
  /** In the index bucket. */
  static Content inBucket(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      BlockCoding coding,
      ReaderSettings settings,
      Executor executor,
      ReadCounters counters) {
    PartitionMap map = new PartitionMap(agreed.vbuckets(), agreed.partitions());
    ChannelCache cache = new ChannelCache(settings.cachedBytes(), map, counters);
    ChannelReader reader =
        new ChannelReader(
            bucket,
            keys,
            Layouts.named(agreed.layout()),
            coding,
            // Those of one cluster have the same number, as a rule.
            map.vbuckets(),
            cache,
            executor,
            counters);
    return new Content(new BucketStableSource(bucket, keys, map, executor), reader, cache);
  }

  /** In the memory of this node. */
  static Content inMemory(MemoryIndex index, Executor executor) {
    return new Content(
        () -> CompletableFuture.completedFuture(index.documents()),
        new MemoryReader(index, executor),
        (movement, after) -> {});
  }
}
