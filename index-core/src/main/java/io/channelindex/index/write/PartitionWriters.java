package io.channelindex.index.write;

import io.channelindex.index.CommitListener;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The writers of one process: takes partitions, and lets their writers share what they can, which
 * is the threads, the wake-up counter, and how many operations their commits have under way.
 *
 * <p>Thread-safe.
 */
public final class PartitionWriters {
  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final PartitionMap map;
  private final DocumentSource documents;
  private final WriterSettings settings;
  private final Executor executor;
  private final CommitListener listener;
  private final Function<Executor, Time> time;
  private final WakeUpCounter wakeUps;
  private final CommitQueue commits;

  /**
   * The writers of one database.
   *
   * @param executor runs what is to be computed, never blocked; has to outlive the writers
   * @param listener told of every commit
   */
  public PartitionWriters(
      IndexBucket bucket,
      IndexKeys keys,
      PartitionMap map,
      DocumentSource documents,
      WriterSettings settings,
      Executor executor,
      CommitListener listener) {
    this(bucket, keys, map, documents, settings, executor, listener, Time::system);
  }

  /** With another time. */
  PartitionWriters(
      IndexBucket bucket,
      IndexKeys keys,
      PartitionMap map,
      DocumentSource documents,
      WriterSettings settings,
      Executor executor,
      CommitListener listener,
      Function<Executor, Time> time) {
    this.bucket = bucket;
    this.keys = keys;
    this.map = map;
    this.documents = documents;
    this.settings = settings;
    this.executor = executor;
    this.listener = listener;
    this.time = time;
    Time shared = time.apply(executor);
    this.wakeUps = new WakeUpCounter(bucket, keys, shared);
    this.commits = new CommitQueue(settings.batching().operations(), shared);
  }

  /**
   * Takes a partition: writes a new epoch into its stable document by CAS, which fences the owner
   * before, and reads where its streams stand.
   *
   * @return fails with an {@code IndexStorageException} if the index bucket could not be asked for
   *     as long as the settings try, or the stable document cannot be read
   */
  public CompletionStage<PartitionWriter> take(int partition) {
    // Refuses a partition that the map has not.
    map.first(partition);
    SerialExecutor serial = new SerialExecutor(executor);
    Time clock = time.apply(serial);
    WriterCounters counters = new WriterCounters();
    Scope scope =
        new Scope(
            partition,
            map,
            keys,
            settings,
            serial,
            clock,
            new StepBucket(bucket, serial, counters),
            new Retries(settings.retryFor(), serial, clock, counters, partition),
            counters);
    return CompletableFuture.<Void>completedFuture(null)
        .thenComposeAsync(begun -> StableRecord.take(scope), serial)
        .thenApplyAsync(
            stable -> new PartitionWriter(scope, stable, documents, wakeUps, commits, listener),
            serial);
  }
}
