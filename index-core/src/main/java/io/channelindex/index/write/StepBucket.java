package io.channelindex.index.write;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The index bucket as one writer uses it: operations are counted for the step that they belong to,
 * answers arrive on the partition's serial executor, and once the writer has stopped no further
 * operation leaves.
 *
 * <p>Confined to the partition's serial executor.
 */
final class StepBucket {
  private final IndexBucket bucket;
  private final Executor serial;
  private final WriterCounters counters;
  private boolean stopped;

  StepBucket(IndexBucket bucket, Executor serial, WriterCounters counters) {
    this.bucket = bucket;
    this.serial = serial;
    this.counters = counters;
  }

  /** From now on everything fails. */
  void stop() {
    stopped = true;
  }

  CompletableFuture<Optional<Versioned<byte[]>>> get(WriterStep step, String key) {
    counters.operation(step);
    return ask(() -> bucket.get(key));
  }

  /** Reads documents; fails if one cannot be read. */
  CompletableFuture<List<Optional<Versioned<byte[]>>>> getAll(WriterStep step, List<String> keys) {
    keys.forEach(key -> counters.operation(step));
    return ask(() -> bucket.getAll(keys));
  }

  CompletableFuture<WriteResult> insert(WriterStep step, String key, byte[] value) {
    counters.written(step, value.length);
    return ask(() -> bucket.insert(key, value));
  }

  CompletableFuture<WriteResult> replace(WriterStep step, String key, byte[] value, long cas) {
    counters.written(step, value.length);
    return ask(() -> bucket.replace(key, value, cas));
  }

  CompletableFuture<WriteResult> remove(WriterStep step, String key, long cas) {
    counters.operation(step);
    return ask(() -> bucket.remove(key, cas));
  }

  CompletableFuture<WriteResult> append(WriterStep step, String key, byte[] bytes) {
    counters.written(step, bytes.length);
    return ask(() -> bucket.append(key, bytes));
  }

  /** Inserts where there is no version yet ({@code cas == 0}), replaces that version otherwise. */
  CompletableFuture<WriteResult> write(WriterStep step, String key, byte[] value, long cas) {
    return cas == 0 ? insert(step, key, value) : replace(step, key, value, cas);
  }

  private <T> CompletableFuture<T> ask(Supplier<CompletionStage<T>> operation) {
    if (stopped) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("the writer stopped while this was under way"));
    }
    return operation.get().toCompletableFuture().whenCompleteAsync((answer, failure) -> {}, serial);
  }
}
