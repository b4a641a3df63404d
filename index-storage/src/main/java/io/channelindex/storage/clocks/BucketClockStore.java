package io.channelindex.storage.clocks;

import io.channelindex.sequence.token.ClockStore;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ClockDocument;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The clocks that tokens name, as documents of the index bucket that go by themselves.
 *
 * <p>Thread-safe. Stages complete on the executor.
 */
public final class BucketClockStore implements ClockStore {
  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final Executor executor;

  /**
   * The clocks of one database.
   *
   * @param bucket where they are kept; stays open
   * @param keys of the database
   * @param executor where stages complete, and what depends on them runs: never a thread of the
   *     bucket's client
   */
  public BucketClockStore(IndexBucket bucket, IndexKeys keys, Executor executor) {
    this.bucket = bucket;
    this.keys = keys;
    this.executor = executor;
  }

  @Override
  public CompletionStage<Optional<byte[]>> get(String name) {
    String key = keys.clock(name);
    return content(key, bucket.get(key));
  }

  @Override
  public CompletionStage<Put> putIfAbsent(String name, byte[] content, Duration life) {
    return bucket
        .insert(keys.clock(name), ClockDocument.encode(content), life)
        .thenApplyAsync(result -> result.isWritten() ? Put.STORED : Put.EXISTS, executor);
  }

  @Override
  public CompletionStage<Optional<byte[]>> renew(String name, Duration life) {
    String key = keys.clock(name);
    return content(key, bucket.getAndTouch(key, life));
  }

  private CompletionStage<Optional<byte[]>> content(
      String key, CompletionStage<Optional<Versioned<byte[]>>> document) {
    return document.thenApplyAsync(
        found -> found.map(kept -> ClockDocument.decode(key, kept.value())), executor);
  }
}
