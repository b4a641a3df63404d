package io.channelindex.perf.indexing;

import io.channelindex.index.CommitListener;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.indexing.IndexingOwner;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;

/** Where the rows of a measured index are (W1). */
sealed interface IndexStore extends AutoCloseable permits BucketStore, HeapStore {
  /**
   * The store of an index that is not there yet.
   *
   * @param dictionary for its blocks to be compressed with
   */
  static IndexStore of(
      IndexVariant variant,
      ClusterSession session,
      String database,
      Optional<byte[]> dictionary,
      PartitionMap map,
      ScheduledExecutorService executor)
      throws InterruptedException {
    return variant.isInMemory()
        ? new HeapStore(session, database, map, executor)
        : new BucketStore(variant, session, database, dictionary, map, executor);
  }

  /** Makes the half that writes. */
  IndexingOwner owner(DocumentStore documents, PrincipalStore principals, CommitListener listener);

  /** Opens the half that reads, as it is before it has read anything. */
  IndexReader read() throws InterruptedException;

  /** The dictionary of its blocks, see {@link MeasuredIndex#trained}. */
  Optional<byte[]> trained() throws InterruptedException;

  /** What the rows take in the memory of this process; empty if they are in a bucket. */
  OptionalLong heapBytes();

  /** What the data service has stored because of the half that writes; 0 if it has nothing. */
  long storedBytes();

  /**
   * How many entries are in its blocks, superseded ones among them; empty if it has none.
   *
   * @param stored what is in the index bucket
   */
  OptionalLong storedEntries(StoredSizes stored) throws InterruptedException;

  @Override
  void close();
}
