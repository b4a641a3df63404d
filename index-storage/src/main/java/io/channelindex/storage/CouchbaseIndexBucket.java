package io.channelindex.storage;

import static com.couchbase.client.java.kv.AppendOptions.appendOptions;
import static com.couchbase.client.java.kv.GetAndTouchOptions.getAndTouchOptions;
import static com.couchbase.client.java.kv.GetOptions.getOptions;
import static com.couchbase.client.java.kv.IncrementOptions.incrementOptions;
import static com.couchbase.client.java.kv.InsertOptions.insertOptions;
import static com.couchbase.client.java.kv.LookupInOptions.lookupInOptions;
import static com.couchbase.client.java.kv.MutateInOptions.mutateInOptions;
import static com.couchbase.client.java.kv.RemoveOptions.removeOptions;
import static com.couchbase.client.java.kv.ReplaceOptions.replaceOptions;

import com.couchbase.client.core.error.CasMismatchException;
import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.subdoc.PathMismatchException;
import com.couchbase.client.core.error.subdoc.PathNotFoundException;
import com.couchbase.client.java.AsyncCollection;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawBinaryTranscoder;
import com.couchbase.client.java.kv.CounterResult;
import com.couchbase.client.java.kv.GetResult;
import com.couchbase.client.java.kv.InsertOptions;
import com.couchbase.client.java.kv.LookupInResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.MutationResult;
import io.channelindex.storage.OperationRunner.Attempt;
import io.channelindex.storage.OperationRunner.Effect;
import io.channelindex.storage.WriteResult.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The index bucket as a collection of a Couchbase bucket, through the asynchronous API of the
 * {@code java-client}.
 *
 * <p>The client stays the caller's. Stages complete on the client's event loops: whoever has more
 * to do than a little goes on elsewhere. A write whose connection broke while it was under way is
 * answered like one that timed out: nobody knows whether it was done.
 *
 * <p>Thread-safe.
 */
public final class CouchbaseIndexBucket implements IndexBucket {
  private final AsyncCollection collection;
  private final CouchbaseBucketSettings settings;
  private final ScheduledExecutorService retries;
  private final OperationRunner runner;

  /** The bucket in a collection, which must exist. */
  public CouchbaseIndexBucket(Collection collection, CouchbaseBucketSettings settings) {
    this.collection = collection.async();
    this.settings = settings;
    this.retries =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "index-bucket-retries");
              thread.setDaemon(true);
              return thread;
            });
    this.runner =
        new OperationRunner(
            settings, retries, System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> get(String key) {
    return read("get", key, CouchbaseIndexBucket::versioned, Optional.empty());
  }

  @Override
  public CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys) {
    return ManyReads.of(keys, ManyReads.AT_ONCE, this::get);
  }

  private <T> CompletionStage<T> read(
      String name, String key, Function<GetResult, T> content, T missing) {
    return runner.run(
        name,
        Effect.READ,
        key,
        timeout ->
            collection
                .get(key, getOptions().timeout(timeout).transcoder(RawBinaryTranscoder.INSTANCE))
                .thenApply(content),
        failure -> failure instanceof DocumentNotFoundException ? missing : null);
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value) {
    return insert(key, value, insertOptions());
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value, Duration expiry) {
    Requests.requireExpiry(key, expiry);
    return insert(key, value, insertOptions().expiry(expiry));
  }

  private CompletionStage<WriteResult> insert(String key, byte[] value, InsertOptions options) {
    return write(
        "insert",
        key,
        timeout ->
            collection.insert(
                key,
                value,
                options
                    .timeout(timeout)
                    .durability(settings.durability())
                    .transcoder(RawBinaryTranscoder.INSTANCE)));
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> getAndTouch(String key, Duration expiry) {
    Requests.requireExpiry(key, expiry);
    // Done twice it does the same: it may be tried again like a read.
    return runner.run(
        "getAndTouch",
        Effect.READ,
        key,
        timeout ->
            collection
                .getAndTouch(
                    key,
                    expiry,
                    getAndTouchOptions().timeout(timeout).transcoder(RawBinaryTranscoder.INSTANCE))
                .thenApply(CouchbaseIndexBucket::versioned),
        failure -> failure instanceof DocumentNotFoundException ? Optional.empty() : null);
  }

  @Override
  public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
    Requests.requireCas(key, cas);
    return write(
        "replace",
        key,
        timeout ->
            collection.replace(
                key,
                value,
                replaceOptions()
                    .timeout(timeout)
                    .cas(cas)
                    .durability(settings.durability())
                    .transcoder(RawBinaryTranscoder.INSTANCE)));
  }

  @Override
  public CompletionStage<WriteResult> append(String key, byte[] bytes) {
    return write(
        "append",
        key,
        timeout ->
            collection
                .binary()
                .append(
                    key,
                    bytes,
                    appendOptions().timeout(timeout).durability(settings.durability())));
  }

  @Override
  public CompletionStage<WriteResult> remove(String key, long cas) {
    Requests.requireCas(key, cas);
    return write(
        "remove",
        key,
        timeout ->
            collection.remove(
                key, removeOptions().timeout(timeout).cas(cas).durability(settings.durability())));
  }

  @Override
  public CompletionStage<Long> increment(String key, long delta) {
    Requests.requireDelta(key, delta);
    return runner.run(
        "increment",
        Effect.WRITE,
        key,
        timeout ->
            collection
                .binary()
                .increment(
                    key,
                    incrementOptions()
                        .timeout(timeout)
                        .delta(delta)
                        .initial(delta)
                        .durability(settings.durability()))
                .thenApply(CounterResult::content),
        failure -> null);
  }

  @Override
  public CompletionStage<Long> counter(String key) {
    return read("counter", key, result -> Requests.number(key, result.contentAs(byte[].class)), 0L);
  }

  @Override
  public CompletionStage<WriteResult> setFields(String key, List<Field> fields) {
    Requests.requirePaths(key, fields.size());
    List<MutateInSpec> specs = new ArrayList<>(fields.size());
    for (Field field : fields) {
      specs.add(MutateInSpec.replace(field.path(), field.value()));
    }
    return write(
        "setFields",
        key,
        timeout ->
            collection.mutateIn(
                key, specs, mutateInOptions().timeout(timeout).durability(settings.durability())));
  }

  @Override
  public CompletionStage<Optional<List<Optional<String>>>> getFields(
      String key, List<String> paths) {
    Requests.requirePaths(key, paths.size());
    List<LookupInSpec> specs = new ArrayList<>(paths.size());
    paths.forEach(path -> specs.add(LookupInSpec.get(path)));
    return runner.run(
        "getFields",
        Effect.READ,
        key,
        timeout ->
            collection
                .lookupIn(key, specs, lookupInOptions().timeout(timeout))
                .thenApply(result -> Optional.of(fields(result, key, paths))),
        failure -> failure instanceof DocumentNotFoundException ? Optional.empty() : null);
  }

  @Override
  public void close() {
    runner.close();
    retries.shutdownNow();
  }

  private <T extends MutationResult> CompletionStage<WriteResult> write(
      String name, String key, Attempt<T> attempt) {
    return runner.run(
        name,
        Effect.WRITE,
        key,
        timeout -> attempt.start(timeout).thenApply(done -> WriteResult.written(done.cas())),
        CouchbaseIndexBucket::refusal);
  }

  private static @Nullable WriteResult refusal(Throwable failure) {
    if (failure instanceof DocumentNotFoundException
        || failure instanceof PathNotFoundException
        || failure instanceof PathMismatchException) {
      return WriteResult.refused(Outcome.MISSING);
    }
    if (failure instanceof DocumentExistsException || failure instanceof CasMismatchException) {
      return WriteResult.refused(Outcome.CONFLICT);
    }
    return null;
  }

  private static Optional<Versioned<byte[]>> versioned(GetResult result) {
    return Optional.of(new Versioned<>(result.contentAs(byte[].class), result.cas()));
  }

  private static List<Optional<String>> fields(
      LookupInResult result, String key, List<String> paths) {
    List<Optional<String>> values = new ArrayList<>(paths.size());
    for (int i = 0; i < paths.size(); i++) {
      values.add(field(result, i, key, paths.get(i)));
    }
    return values;
  }

  private static Optional<String> field(LookupInResult result, int index, String key, String path) {
    try {
      Object value = result.contentAs(index, Object.class);
      if (value instanceof String text) {
        return Optional.of(text);
      }
      throw new BucketFailedException("field is not a text: key=" + key + ", path=" + path, null);
    } catch (PathNotFoundException | PathMismatchException e) {
      return Optional.empty();
    }
  }
}
