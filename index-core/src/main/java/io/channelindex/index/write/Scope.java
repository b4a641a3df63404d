package io.channelindex.index.write;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.DocumentReads;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.StoredBlock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What the parts of one partition's writer share.
 *
 * @param partition the partition
 * @param map the division of the bucket
 * @param keys the keys of the index bucket
 * @param settings how to batch and when to give up
 * @param serial runs everything of this writer
 * @param time the time
 * @param bucket the index bucket
 * @param retries for what may pass
 * @param counters what is counted
 */
record Scope(
    int partition,
    PartitionMap map,
    IndexKeys keys,
    WriterSettings settings,
    Executor serial,
    Time time,
    StepBucket bucket,
    Retries retries,
    WriterCounters counters) {

  /** Reads what the layout has beside the blocks. */
  DocumentReads companions() {
    return keys -> bucket.getAll(WriterStep.BLOCKS, keys);
  }

  /** Reads blocks; the stage completes on the serial executor. */
  CompletableFuture<Layout.Contents> read(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter) {
    CompletableFuture<Layout.Contents> contents =
        settings.layout().read(place, blocks, filter, companions()).toCompletableFuture();
    // What had to load a dictionary comes back elsewhere.
    return contents.isDone() ? contents : contents.whenCompleteAsync((read, failure) -> {}, serial);
  }

  /** The first vbucket of the partition. */
  int firstVbucket() {
    return map.first(partition);
  }

  /** How many vbuckets the partition has. */
  int size() {
    return map.size(partition);
  }

  /** Where a channel's blocks belong, for an owner of this epoch. */
  BlockPlace place(String channel, long epoch) {
    return new BlockPlace(
        channel, keys, partition, firstVbucket(), size(), settings.coding(), epoch);
  }

  /** The place of a vbucket among those of the partition. */
  int index(int vbucket) {
    int index = vbucket - firstVbucket();
    if (index < 0 || index >= size()) {
      throw new IllegalArgumentException(
          "vbucket of another partition: vbucket=" + vbucket + ", partition=" + partition);
    }
    return index;
  }
}
