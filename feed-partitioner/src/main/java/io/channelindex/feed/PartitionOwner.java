package io.channelindex.feed;

import java.util.concurrent.CompletionStage;

/** Who makes something of the changes: takes partitions and consumes their streams. */
public interface PartitionOwner {
  /**
   * Takes a partition: fences whoever had it and says where its streams begin. Asked again, with
   * backoff, after a failure and after a session that stopped.
   *
   * @return fails with {@link OwnershipLostException} if somebody else owns it: not asked again
   */
  CompletionStage<PartitionSession> take(int partition);
}
