package io.channelindex.index.write;

import java.util.concurrent.CompletionStage;

/**
 * The writing half of an index (W1): of one in the index bucket, which nodes share, or of one in
 * the memory of this node.
 *
 * <p>Thread-safe.
 */
public interface IndexWriter {
  /**
   * Takes a partition: what indexed it before, here or elsewhere where the index is shared, cannot
   * move it any more.
   *
   * @return fails if the partition cannot be taken now
   * @throws IllegalArgumentException if there is no such partition
   */
  CompletionStage<? extends PartitionIndexer> take(int partition);
}
