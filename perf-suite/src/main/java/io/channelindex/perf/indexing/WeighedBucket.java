package io.channelindex.perf.indexing;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The index bucket as the writers of one index use it, weighed: how much the data service stores
 * because of them, which is also what it replicates and what its change streams carry. A write
 * costs the size of the document after it: an APPEND sends a frame, and the whole document is
 * stored again.
 *
 * <p>Assumes that nobody else writes the documents that are appended to, and begins before the
 * first of them is there. Refused writes cost nothing, and so do those whose answer was lost. It
 * remembers the size of every document that was written. Thread-safe.
 */
final class WeighedBucket implements IndexBucket {
  private final IndexBucket bucket;
  private final Map<String, Integer> sizes = new ConcurrentHashMap<>();
  private final LongAdder stored = new LongAdder();

  /**
   * @param bucket not closed with this
   */
  WeighedBucket(IndexBucket bucket) {
    this.bucket = bucket;
  }

  /** The sizes of all documents after each write, added up. */
  long storedBytes() {
    return stored.sum();
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
  public CompletionStage<WriteResult> insert(String key, byte[] value) {
    return bucket.insert(key, value).thenApply(result -> written(key, value, result));
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value, Duration expiry) {
    return bucket.insert(key, value, expiry).thenApply(result -> written(key, value, result));
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> getAndTouch(String key, Duration expiry) {
    return bucket.getAndTouch(key, expiry);
  }

  @Override
  public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
    return bucket.replace(key, value, cas).thenApply(result -> written(key, value, result));
  }

  @Override
  public CompletionStage<WriteResult> append(String key, byte[] bytes) {
    return bucket
        .append(key, bytes)
        .thenApply(
            result -> {
              if (result.isWritten()) {
                stored.add(sizes.merge(key, bytes.length, Integer::sum));
              }
              return result;
            });
  }

  @Override
  public CompletionStage<WriteResult> remove(String key, long cas) {
    return bucket
        .remove(key, cas)
        .thenApply(
            result -> {
              if (result.isWritten()) {
                sizes.remove(key);
              }
              return result;
            });
  }

  @Override
  public CompletionStage<Long> increment(String key, long delta) {
    return bucket
        .increment(key, delta)
        .thenApply(
            value -> {
              stored.add(Long.toString(value).length());
              return value;
            });
  }

  @Override
  public CompletionStage<Long> counter(String key) {
    return bucket.counter(key);
  }

  @Override
  public CompletionStage<WriteResult> setFields(String key, List<Field> fields) {
    throw new UnsupportedOperationException("size of the document is not known: key=" + key);
  }

  @Override
  public CompletionStage<Optional<List<Optional<String>>>> getFields(
      String key, List<String> paths) {
    return bucket.getFields(key, paths);
  }

  @Override
  public void close() {}

  private WriteResult written(String key, byte[] value, WriteResult result) {
    if (result.isWritten()) {
      sizes.put(key, value.length);
      stored.add(value.length);
    }
    return result;
  }
}
