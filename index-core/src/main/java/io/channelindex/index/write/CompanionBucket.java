package io.channelindex.index.write;

import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.layout.DocumentWrites;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The index bucket as the layout uses it for what stands beside the blocks: a part of the step that
 * writes blocks.
 *
 * <p>Confined to the partition's serial executor.
 */
final class CompanionBucket implements DocumentWrites {
  private static final int AT_ONCE = 512;

  private final StepBucket bucket;
  private final WriterCounters counters;
  private final Owner owner;

  CompanionBucket(Scope scope, Owner owner) {
    this.bucket = scope.bucket();
    this.counters = scope.counters();
    this.owner = owner;
  }

  @Override
  public long epoch() {
    return owner.epoch();
  }

  @Override
  public void requireNotAfter(String key, long epochInside) {
    owner.requireNotAfter(key, epochInside);
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> get(String key) {
    return bucket.get(WriterStep.BLOCKS, key);
  }

  @Override
  public CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys) {
    return bucket.getAll(WriterStep.BLOCKS, keys);
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value) {
    return bucket.insert(WriterStep.BLOCKS, key, value);
  }

  @Override
  public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
    return bucket.replace(WriterStep.BLOCKS, key, value, cas);
  }

  @Override
  public CompletionStage<WriteResult> remove(String key, long cas) {
    return bucket.remove(WriterStep.BLOCKS, key, cas);
  }

  @Override
  public void conflicted(String key, boolean last) {
    counters.casRetry();
    if (last) {
      throw new WriteConflictException(key);
    }
  }

  @Override
  public <T> CompletableFuture<Void> each(
      Iterable<T> all, Function<T, CompletionStage<Void>> task) {
    return Window.each(all, AT_ONCE, one -> task.apply(one).toCompletableFuture());
  }
}
