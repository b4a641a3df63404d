package io.channelindex.perf.indexing;

import io.channelindex.perf.PerfException;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.StoredBlock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the entries of an index that are in its blocks, whether anybody sees them or not:
 * superseded ones, and those of blocks that were replaced and are not removed yet.
 */
final class StoredEntries {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int AT_ONCE = 256;
  private static final int PARTS_OF_A_KEY = 5;

  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final PartitionMap map;
  private final Layout layout;
  private final BlockCoding coding;

  StoredEntries(
      IndexBucket bucket, IndexKeys keys, PartitionMap map, Layout layout, BlockCoding coding) {
    this.bucket = bucket;
    this.keys = keys;
    this.map = map;
    this.layout = layout;
    this.coding = coding;
  }

  /**
   * How many there are in blocks; those that are gone by now count nothing.
   *
   * @param blocks the keys of blocks, compacted or not, of channels that stand in them by name
   */
  long in(List<String> blocks) throws InterruptedException {
    long sum = 0;
    for (int from = 0; from < blocks.size(); from += AT_ONCE) {
      List<String> some = blocks.subList(from, Math.min(blocks.size(), from + AT_ONCE));
      List<Optional<Versioned<byte[]>>> found =
          Answers.of(bucket.getAll(some), PATIENCE, "reading blocks");
      for (int i = 0; i < some.size(); i++) {
        if (found.get(i).isPresent()) {
          sum += in(new StoredBlock(some.get(i), found.get(i).get().value()));
        }
      }
    }
    return sum;
  }

  private long in(StoredBlock block) throws InterruptedException {
    AtomicLong entries = new AtomicLong();
    Answers.of(
        layout.read(
            place(block.key()),
            List.of(block),
            // What is not wanted is not looked up beside the block.
            (vbucket, seqno, vbuuid) -> {
              entries.incrementAndGet();
              return false;
            },
            beside -> CompletableFuture.completedFuture(List.of())),
        PATIENCE,
        () -> "decoding block=" + block.key());
    return entries.get();
  }

  /** Keys are {@code database:kind:partition:number:channel}, see {@link IndexKeys}. */
  private BlockPlace place(String key) {
    String[] parts = key.split(":", PARTS_OF_A_KEY);
    int partition = Integer.parseInt(parts[2]);
    int number = Integer.parseInt(parts[3]);
    String channel = parts[4];
    if (!key.equals(keys.block(channel, partition, number))
        && !key.equals(keys.packed(channel, partition, number))) {
      throw new PerfException("block of a channel that is not named: key=" + key);
    }
    return new BlockPlace(
        channel, keys, partition, map.first(partition), map.size(partition), coding, 0);
  }
}
