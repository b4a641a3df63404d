package io.channelindex.server.indexing;

import io.channelindex.feed.PartitionOwner;
import io.channelindex.feed.PartitionSession;
import io.channelindex.index.CommitListener;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.index.memory.MemoryWriters;
import io.channelindex.index.write.IndexWriter;
import io.channelindex.index.write.PartitionIndexer;
import io.channelindex.index.write.PartitionWriters;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.index.write.WriterStatus;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Consumes the changes of partitions and indexes them: the node's side of the write path. One per
 * database and node; imports of all its partitions share one limit. Thread-safe.
 */
public final class IndexingOwner implements PartitionOwner {
  /** How many imports are under way at once, in a database that does not say otherwise. */
  public static final int DEFAULT_IMPORTS = 64;

  private final IndexWriter writers;
  private final ChangeTranslator translator;
  private final Map<Integer, PartitionIndexer> taken = new ConcurrentHashMap<>();

  /**
   * An owner of no partition yet.
   *
   * @param bucket the index bucket
   * @param keys its keys
   * @param map how vbuckets are divided
   * @param settings of the partitions' writers
   * @param executor where the writers compute, never blocked; has to outlive them
   * @param documents the data bucket
   * @param principals the users and roles in it
   * @param imports how many foreign documents are imported at once, at least 1
   * @param listener told of every commit
   */
  public IndexingOwner(
      IndexBucket bucket,
      IndexKeys keys,
      PartitionMap map,
      WriterSettings settings,
      Executor executor,
      DocumentStore documents,
      PrincipalStore principals,
      int imports,
      CommitListener listener) {
    this(
        new PartitionWriters(
            bucket,
            keys,
            map,
            new BucketDocumentSource(documents, principals),
            settings,
            executor,
            listener),
        documents,
        imports);
  }

  /**
   * An owner of no partition yet, of an index in memory: it has to own all of them.
   *
   * @param index what is written
   * @param executor where the writers compute, never blocked; has to outlive them
   * @param documents the data bucket
   * @param principals the users and roles in it
   * @param imports how many foreign documents are imported at once, at least 1
   * @param listener told of every commit
   */
  public IndexingOwner(
      MemoryIndex index,
      Executor executor,
      DocumentStore documents,
      PrincipalStore principals,
      int imports,
      CommitListener listener) {
    this(
        new MemoryWriters(
            index, new BucketDocumentSource(documents, principals), executor, listener),
        documents,
        imports);
  }

  private IndexingOwner(IndexWriter writers, DocumentStore documents, int imports) {
    this.writers = writers;
    this.translator = new ChangeTranslator(documents, new ImportLimit(imports));
  }

  @Override
  public CompletionStage<PartitionSession> take(int partition) {
    return Fencing.translated(
        writers
            .take(partition)
            .thenApply(
                writer -> {
                  taken.put(partition, writer);
                  return new IndexingSession(writer, translator);
                }));
  }

  /**
   * Compacts all channels of all partitions that were taken, whatever there is to be gained.
   *
   * @return fails if an index could not be written; then the partition's writer has stopped
   */
  public CompletionStage<Void> compact() {
    return CompletableFuture.allOf(
        taken.values().stream()
            .map(writer -> writer.compact().toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  /** How the writer of each partition is doing that was taken, the newest of each. */
  public List<WriterStatus> status() {
    return taken.values().stream().map(PartitionIndexer::status).toList();
  }
}
