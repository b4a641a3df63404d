package io.channelindex.storage.clocks;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import java.util.Locale;
import java.util.concurrent.Executor;

/** The ways to keep a {@link SharedClock}. */
public enum ClockStrategy {
  /** {@link SingleDocumentClock}. */
  SINGLE_DOCUMENT,
  /** {@link ShardedClock}. */
  SHARDED,
  /** {@link SubDocumentClock}. */
  SUB_DOCUMENT;

  /** The stable name, in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The clock of that name.
   *
   * @param bucket where it is kept; stays open
   * @param name 1 … 64 lower-case letters, digits or {@code -}
   * @param map how the database is divided
   * @param executor where stages complete, and what depends on them runs: never a thread of the
   *     bucket's client
   */
  public SharedClock open(
      IndexBucket bucket, IndexKeys keys, String name, PartitionMap map, Executor executor) {
    return switch (this) {
      case SINGLE_DOCUMENT ->
          new SingleDocumentClock(bucket, keys.sharedClock(name), map, executor);
      case SHARDED ->
          new ShardedClock(bucket, partition -> keys.sharedClock(name, partition), map, executor);
      case SUB_DOCUMENT -> new SubDocumentClock(bucket, keys.sharedClock(name), map, executor);
    };
  }
}
