package io.channelindex.server.faults;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** A bucket that loses or delays writes of blocks. Thread-safe. */
final class FaultyBlocks implements IndexBucket {
  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final int loseEvery;
  private final Executor later;
  private final AtomicLong writes = new AtomicLong();

  FaultyBlocks(IndexBucket bucket, IndexKeys keys, int loseEvery, Duration stall) {
    this.keys = keys;
    this.bucket = bucket;
    this.loseEvery = loseEvery;
    this.later =
        stall.isZero()
            ? Runnable::run
            : CompletableFuture.delayedExecutor(stall.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value) {
    return write(key, () -> bucket.insert(key, value));
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value, Duration expiry) {
    return write(key, () -> bucket.insert(key, value, expiry));
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> getAndTouch(String key, Duration expiry) {
    return bucket.getAndTouch(key, expiry);
  }

  @Override
  public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
    return write(key, () -> bucket.replace(key, value, cas));
  }

  private CompletionStage<WriteResult> write(
      String key, Supplier<CompletionStage<WriteResult>> operation) {
    if (!keys.isBlock(key)) {
      return operation.get();
    }
    if (loseEvery > 0 && writes.incrementAndGet() % loseEvery == 0) {
      return CompletableFuture.completedFuture(WriteResult.written(1));
    }
    return CompletableFuture.supplyAsync(operation, later).thenCompose(Function.identity());
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> get(String key) {
    return bucket.get(key);
  }

  @Override
  public CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys) {
    return bucket.getAll(keys);
  }

  @Override
  public CompletionStage<WriteResult> append(String key, byte[] bytes) {
    return bucket.append(key, bytes);
  }

  @Override
  public CompletionStage<WriteResult> remove(String key, long cas) {
    return bucket.remove(key, cas);
  }

  @Override
  public CompletionStage<Long> increment(String key, long delta) {
    return bucket.increment(key, delta);
  }

  @Override
  public CompletionStage<Long> counter(String key) {
    return bucket.counter(key);
  }

  @Override
  public CompletionStage<WriteResult> setFields(String key, List<Field> fields) {
    return bucket.setFields(key, fields);
  }

  @Override
  public CompletionStage<Optional<List<Optional<String>>>> getFields(
      String key, List<String> paths) {
    return bucket.getFields(key, paths);
  }

  @Override
  public void close() {
    bucket.close();
  }
}
