package io.channelindex.perf.indexing;

import io.channelindex.index.CommitListener;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.ReaderSettings;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.indexing.IndexingOwner;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;

/**
 * An index in the memory of this process, the baseline of the others. What its tokens name is in
 * memory, too: nobody else reads it.
 */
final class HeapStore implements IndexStore {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final IndexKeys keys;
  private final ScheduledExecutorService executor;
  private final InMemoryIndexBucket beside;
  private final SettingsDocument settings;
  private final MemoryIndex memory;

  HeapStore(
      ClusterSession session,
      String database,
      PartitionMap map,
      ScheduledExecutorService executor) {
    this.keys = new IndexKeys(database);
    this.executor = executor;
    this.beside = new InMemoryIndexBucket(executor);
    this.settings =
        new SettingsDocument(
            database.hashCode(),
            session.vbuckets(),
            map.partitions(),
            IndexVariant.IN_MEMORY,
            Placement.SPREAD,
            1);
    this.memory = new MemoryIndex(map, Runtime.getRuntime().maxMemory());
  }

  @Override
  public IndexingOwner owner(
      DocumentStore documents, PrincipalStore principals, CommitListener listener) {
    return new IndexingOwner(
        memory, executor, documents, principals, IndexingOwner.DEFAULT_IMPORTS, listener);
  }

  @Override
  public IndexReader read() throws InterruptedException {
    return new IndexReader(
        Answers.of(
            ChannelIndex.open(
                memory,
                beside,
                keys,
                settings,
                ReaderSettings.DEFAULT,
                TokenSettings.DEFAULT,
                executor),
            PATIENCE,
            "opening the index"));
  }

  @Override
  public Optional<byte[]> trained() {
    return Optional.empty();
  }

  @Override
  public OptionalLong heapBytes() {
    return OptionalLong.of(memory.bytes());
  }

  @Override
  public long storedBytes() {
    return 0;
  }

  @Override
  public OptionalLong storedEntries(StoredSizes stored) {
    return OptionalLong.empty();
  }

  @Override
  public void close() {
    beside.close();
  }
}
