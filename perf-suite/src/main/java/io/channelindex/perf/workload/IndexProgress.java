package io.channelindex.perf.workload;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.KeyValue;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** How far an index is, read from its stable documents in the bucket. */
final class IndexProgress {
  private final KeyValue bucket;
  private final IndexKeys keys;
  private final PartitionMap map;
  private final long[] to;

  /**
   * @param to the sequence number of each vbucket of the data bucket that the index is to reach
   */
  IndexProgress(KeyValue bucket, String database, long[] to) {
    this.bucket = bucket;
    this.keys = new IndexKeys(database);
    this.map = PartitionMap.ofVbuckets(to.length);
    this.to = to;
  }

  /** What share of the way is behind it, 0 to 1: 1 only if every vbucket is where it is to be. */
  double share() {
    List<CompletableFuture<byte @Nullable []>> documents = new ArrayList<>();
    for (int partition = 0; partition < map.partitions(); partition++) {
      documents.add(bucket.get(keys.stable(partition)));
    }
    double done = 0;
    double all = 0;
    boolean complete = true;
    for (int partition = 0; partition < map.partitions(); partition++) {
      StableDocument stable = decoded(partition, documents.get(partition));
      for (int vbucket = map.first(partition); vbucket <= map.last(partition); vbucket++) {
        long reached = stable == null ? 0 : stable.vbucket(vbucket).stable();
        complete &= Long.compareUnsigned(reached, to[vbucket]) >= 0;
        done += Math.min(reached, to[vbucket]);
        all += to[vbucket];
      }
    }
    return complete ? 1 : Math.min(done / Math.max(1, all), Math.nextDown(1.0));
  }

  private @Nullable StableDocument decoded(
      int partition, CompletableFuture<byte @Nullable []> document) {
    try {
      byte[] bytes = document.join();
      return bytes == null ? null : StableDocument.decode(keys.stable(partition), bytes);
    } catch (CompletionException e) {
      throw new PerfException("stable document cannot be read: partition=" + partition, e);
    }
  }
}
