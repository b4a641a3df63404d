package io.channelindex.index.read;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.StableDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The stable documents in the index bucket, all of them read at once. Thread-safe. */
final class BucketStableSource implements StableSource {
  private final IndexBucket bucket;
  private final PartitionMap map;
  private final List<String> keys;
  private final Executor executor;

  /**
   * Those of one database.
   *
   * @param executor decodes them
   */
  BucketStableSource(IndexBucket bucket, IndexKeys keys, PartitionMap map, Executor executor) {
    this.bucket = bucket;
    this.map = map;
    this.executor = executor;
    List<String> stable = new ArrayList<>();
    for (int partition = 0; partition < map.partitions(); partition++) {
      stable.add(keys.stable(partition));
    }
    this.keys = List.copyOf(stable);
  }

  @Override
  public CompletionStage<List<StableDocument>> read() {
    return bucket.getAll(keys).thenApplyAsync(this::decode, executor);
  }

  private List<StableDocument> decode(List<Optional<Versioned<byte[]>>> found) {
    List<StableDocument> documents = new ArrayList<>(found.size());
    for (int partition = 0; partition < found.size(); partition++) {
      documents.add(decode(partition, found.get(partition)));
    }
    return documents;
  }

  private StableDocument decode(int partition, Optional<Versioned<byte[]>> found) {
    if (found.isEmpty()) {
      return StableDocument.unowned(map, partition);
    }
    StableDocument document = StableDocument.decode(keys.get(partition), found.get().value());
    if (document.partition() != partition || !StableView.fits(map, document)) {
      throw new IndexStorageException(
          "stable document of another division: key="
              + keys.get(partition)
              + ", partition="
              + document.partition()
              + ", firstVbucket="
              + document.firstVbucket()
              + ", vbuckets="
              + document.vbuckets().size());
    }
    return document;
  }
}
