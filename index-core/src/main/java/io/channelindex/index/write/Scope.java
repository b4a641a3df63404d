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
 * <p>Immutable; what it gives has its own rules.
 */
final class Scope {
  private final int partition;
  private final PartitionMap map;
  private final IndexKeys keys;
  private final WriterSettings settings;
  private final Executor serial;
  private final Time time;
  private final StepBucket bucket;
  private final Retries retries;
  private final WriterCounters counters;
  // Asked for with every entry.
  private final int firstVbucket;
  private final int size;

  /**
   * The scope of a partition.
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
  Scope(
      int partition,
      PartitionMap map,
      IndexKeys keys,
      WriterSettings settings,
      Executor serial,
      Time time,
      StepBucket bucket,
      Retries retries,
      WriterCounters counters) {
    this.partition = partition;
    this.map = map;
    this.keys = keys;
    this.settings = settings;
    this.serial = serial;
    this.time = time;
    this.bucket = bucket;
    this.retries = retries;
    this.counters = counters;
    this.firstVbucket = map.first(partition);
    this.size = map.size(partition);
  }

  int partition() {
    return partition;
  }

  PartitionMap map() {
    return map;
  }

  IndexKeys keys() {
    return keys;
  }

  WriterSettings settings() {
    return settings;
  }

  Executor serial() {
    return serial;
  }

  Time time() {
    return time;
  }

  StepBucket bucket() {
    return bucket;
  }

  Retries retries() {
    return retries;
  }

  WriterCounters counters() {
    return counters;
  }

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
    return firstVbucket;
  }

  /** How many vbuckets the partition has. */
  int size() {
    return size;
  }

  /** Where a channel's blocks belong, for an owner of this epoch. */
  BlockPlace place(String channel, long epoch) {
    return new BlockPlace(channel, keys, partition, firstVbucket, size, settings.coding(), epoch);
  }

  /** The place of a vbucket among those of the partition. */
  int index(int vbucket) {
    int index = vbucket - firstVbucket;
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException(
          "vbucket of another partition: vbucket=" + vbucket + ", partition=" + partition);
    }
    return index;
  }
}
