package io.channelindex.storage.clocks;

import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.PartitionClocks;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A document per partition, advanced by compare and swap: owners are in nobody's way, and a read
 * takes as many gets as there are partitions, pipelined. It sees each partition at another moment,
 * which is no loss: a clock says of each vbucket on its own up to where something is true.
 *
 * <p>This is how the index keeps its stable clock ({@link
 * io.channelindex.storage.format.StableDocument}, with more in it).
 *
 * <p>Thread-safe.
 */
public final class ShardedClock implements SharedClock {
  private final IndexBucket bucket;
  private final PartitionMap map;
  private final List<ClockCell> cells;
  private final List<String> keys;
  private final Executor executor;

  ShardedClock(IndexBucket bucket, IntFunction<String> key, PartitionMap map, Executor executor) {
    this.bucket = bucket;
    this.map = map;
    this.cells =
        IntStream.range(0, map.partitions())
            .mapToObj(p -> new ClockCell(bucket, key.apply(p), map, p, 1, executor))
            .toList();
    this.keys = cells.stream().map(ClockCell::key).toList();
    this.executor = executor;
  }

  @Override
  public CompletionStage<Update> advance(int partition, long epoch, long... seqnos) {
    map.size(partition);
    return cells.get(partition).advance(partition, epoch, seqnos);
  }

  @Override
  public CompletionStage<SequenceClock> read() {
    return bucket.getAll(keys).thenApplyAsync(this::join, executor);
  }

  private SequenceClock join(List<Optional<Versioned<byte[]>>> documents) {
    ClockAccumulator clock = new ClockAccumulator(map.vbuckets());
    for (int partition = 0; partition < map.partitions(); partition++) {
      PartitionClocks shard = cells.get(partition).decode(documents.get(partition));
      int first = map.first(partition);
      for (int i = 0; i < map.size(partition); i++) {
        clock.set(first + i, shard.seqnos().seqno(i));
      }
    }
    return clock.snapshot();
  }
}
