package io.channelindex.storage.clocks;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.format.PartitionClocks;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * All partitions' clocks in one document, advanced by compare and swap: one get reads the whole
 * clock, as it was at one moment, and every advance is in the way of every other.
 *
 * <p>Thread-safe.
 */
public final class SingleDocumentClock implements SharedClock {
  private final IndexBucket bucket;
  private final ClockCell cell;
  private final Executor executor;

  SingleDocumentClock(IndexBucket bucket, String key, PartitionMap map, Executor executor) {
    this.bucket = bucket;
    this.cell = new ClockCell(bucket, key, map, 0, map.partitions(), executor);
    this.executor = executor;
  }

  @Override
  public CompletionStage<Update> advance(int partition, long epoch, long... seqnos) {
    return cell.advance(partition, epoch, seqnos);
  }

  @Override
  public CompletionStage<SequenceClock> read() {
    return bucket
        .get(cell.key())
        .thenApplyAsync(cell::decode, executor)
        .thenApply(PartitionClocks::seqnos);
  }
}
