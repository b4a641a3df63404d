package io.channelindex.index.memory;

import io.channelindex.index.CommitListener;
import io.channelindex.index.write.DocumentSource;
import io.channelindex.index.write.IndexWriter;
import io.channelindex.index.write.PartitionIndexer;
import io.channelindex.index.write.SerialExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The writing half of an index in memory. A node has to take all partitions: what it does not take
 * it cannot tell.
 *
 * <p>Thread-safe.
 */
public final class MemoryWriters implements IndexWriter {
  private final MemoryIndex index;
  private final DocumentSource documents;
  private final Executor executor;
  private final CommitListener listener;
  private final LongSupplier nanos;

  /**
   * The writers of one index.
   *
   * @param documents says how a document is called that is gone
   * @param executor runs what is to be computed, never blocked; has to outlive the writers
   * @param listener told of every commit
   */
  public MemoryWriters(
      MemoryIndex index, DocumentSource documents, Executor executor, CommitListener listener) {
    this(index, documents, executor, listener, System::nanoTime);
  }

  /** With another time. */
  MemoryWriters(
      MemoryIndex index,
      DocumentSource documents,
      Executor executor,
      CommitListener listener,
      LongSupplier nanos) {
    this.index = index;
    this.documents = documents;
    this.executor = executor;
    this.listener = listener;
    this.nanos = nanos;
  }

  /**
   * Takes a partition. What is readable of it stays so until its streams have brought it again.
   *
   * @return fails with a {@link MemoryFullException} if the index is full
   */
  @Override
  public CompletionStage<PartitionIndexer> take(int partition) {
    // Refuses a partition that the map has not.
    index.map().first(partition);
    if (index.isFull()) {
      return CompletableFuture.failedFuture(index.declareFull());
    }
    SerialExecutor serial = new SerialExecutor(executor);
    MemoryPartition taken = index.partition(partition);
    return CompletableFuture.supplyAsync(
        () ->
            new MemoryWriter(
                index, taken, taken.take(listener), documents, serial, listener, nanos),
        serial);
  }
}
