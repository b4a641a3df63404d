package io.channelindex.index.write;

import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * An index bucket with somebody in between, through whose hands every operation goes. Closing it
 * does nothing: the bucket behind belongs to others.
 */
class InterceptedBucket implements IndexBucket {
  final IndexBucket behind;

  InterceptedBucket(IndexBucket behind) {
    this.behind = behind;
  }

  /**
   * Does an operation; others may do otherwise.
   *
   * @param operation begins it each time it is asked
   */
  <T> CompletionStage<T> intercept(
      Operation kind, String key, Supplier<CompletionStage<T>> operation) {
    return operation.get();
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> get(String key) {
    return intercept(Operation.GET, key, () -> behind.get(key));
  }

  @Override
  public CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys) {
    List<CompletableFuture<Optional<Versioned<byte[]>>>> answers = new ArrayList<>();
    keys.forEach(key -> answers.add(get(key).toCompletableFuture()));
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value) {
    return intercept(Operation.INSERT, key, () -> behind.insert(key, value));
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value, Duration expiry) {
    return intercept(Operation.INSERT, key, () -> behind.insert(key, value, expiry));
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> getAndTouch(String key, Duration expiry) {
    return intercept(Operation.TOUCH, key, () -> behind.getAndTouch(key, expiry));
  }

  @Override
  public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
    return intercept(Operation.REPLACE, key, () -> behind.replace(key, value, cas));
  }

  @Override
  public CompletionStage<WriteResult> append(String key, byte[] bytes) {
    return intercept(Operation.APPEND, key, () -> behind.append(key, bytes));
  }

  @Override
  public CompletionStage<WriteResult> remove(String key, long cas) {
    return intercept(Operation.REMOVE, key, () -> behind.remove(key, cas));
  }

  @Override
  public CompletionStage<Long> increment(String key, long delta) {
    return intercept(Operation.INCREMENT, key, () -> behind.increment(key, delta));
  }

  @Override
  public CompletionStage<Long> counter(String key) {
    return intercept(Operation.COUNTER, key, () -> behind.counter(key));
  }

  @Override
  public CompletionStage<WriteResult> setFields(String key, List<Field> fields) {
    return intercept(Operation.SET_FIELDS, key, () -> behind.setFields(key, fields));
  }

  @Override
  public CompletionStage<Optional<List<Optional<String>>>> getFields(
      String key, List<String> paths) {
    return intercept(Operation.GET_FIELDS, key, () -> behind.getFields(key, paths));
  }

  @Override
  public void close() {}
}
