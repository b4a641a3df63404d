package io.channelindex.storage.dictionary;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Dictionary;
import io.channelindex.storage.compress.DictionaryTrainer;
import io.channelindex.storage.compress.UnknownDictionaryException;
import io.channelindex.storage.format.DictionaryDocument;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The dictionaries of a database: documents with versions 1, 2, …, each written once. All nodes
 * read all of them; each compresses with the newest that it knows.
 *
 * <pre>{@code
 * DictionaryTrainer trainer = new DictionaryTrainer(seed);
 * Compressions compressions = new Compressions(trainer);
 * Dictionaries dictionaries = new Dictionaries(bucket, keys, compressions, executor);
 * dictionaries.loadAll();                                  // at the start
 * dictionaries.reading(() -> DenseBlock.decode(…));        // whenever a block is read
 * dictionaries.train(trainer);                             // now and then, until there is one
 * }</pre>
 *
 * <p>Assumptions: a dictionary that was written stays, as the blocks do that need it; the bucket's
 * durability says what a failover may take. {@link #restore} writes again what this process knows.
 * Guarantees: a dictionary is used only when the bucket has confirmed it; two nodes that train at a
 * time end up with the one that was written first. Thread-safe; stages complete on the executor.
 */
public final class Dictionaries {
  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final Compressions compressions;
  private final Executor executor;
  private final Map<Integer, Dictionary> known = new ConcurrentHashMap<>();

  /**
   * Knows no dictionary yet.
   *
   * @param compressions gets every dictionary that is found
   * @param executor where documents are decoded: never a thread of the bucket's client
   */
  public Dictionaries(
      IndexBucket bucket, IndexKeys keys, Compressions compressions, Executor executor) {
    this.bucket = bucket;
    this.keys = keys;
    this.compressions = compressions;
    this.executor = executor;
  }

  /**
   * Loads those that are not known yet.
   *
   * @return the newest version there is, 0 for none
   */
  public CompletionStage<Integer> loadAll() {
    int next = compressions.newestDictionary() + 1;
    return find(next)
        .thenComposeAsync(
            found ->
                found.isPresent()
                    ? loadAll()
                    : CompletableFuture.completedFuture(compressions.newestDictionary()),
            executor);
  }

  /**
   * Loads one.
   *
   * @return fails with an {@link IndexStorageException} if there is none of that version
   */
  public CompletionStage<Void> load(int version) {
    if (known.containsKey(version)) {
      return CompletableFuture.completedFuture(null);
    }
    return find(version)
        .thenAcceptAsync(
            found -> {
              if (found.isEmpty()) {
                throw new IndexStorageException(
                    "dictionary missing: key=" + keys.dictionary(version));
              }
            },
            executor);
  }

  private CompletionStage<Optional<Dictionary>> find(int version) {
    String key = keys.dictionary(version);
    return bucket
        .get(key)
        .thenApplyAsync(
            document -> {
              Optional<Dictionary> found =
                  document.map(kept -> DictionaryDocument.decode(key, kept.value()));
              found.ifPresent(dictionary -> use(key, version, dictionary));
              return found;
            },
            executor);
  }

  private void use(String key, int version, Dictionary dictionary) {
    if (dictionary.version() != version) {
      throw new IndexStorageException(
          "another version than its key says: key=" + key + ", version=" + dictionary.version());
    }
    known.put(version, dictionary);
    compressions.add(dictionary);
  }

  /**
   * Reads something on the executor, and again after loading what it turns out to need.
   *
   * @param decoding has no effect when it throws an {@link UnknownDictionaryException}
   */
  public <T> CompletionStage<T> reading(Supplier<T> decoding) {
    return CompletableFuture.supplyAsync(decoding, executor)
        .exceptionallyCompose(
            failure -> {
              Throwable cause =
                  failure instanceof CompletionException && failure.getCause() != null
                      ? failure.getCause()
                      : failure;
              return cause instanceof UnknownDictionaryException unknown
                  ? load(unknown.version()).thenComposeAsync(loaded -> reading(decoding), executor)
                  : CompletableFuture.failedFuture(cause);
            });
  }

  /**
   * Makes a dictionary and writes it as the next version, if there are enough samples and it pays.
   *
   * @return the newest version there is then, by whomever
   */
  public CompletionStage<Integer> train(DictionaryTrainer trainer) {
    return loadAll()
        .thenComposeAsync(
            newest ->
                trainer
                    .train()
                    .map(content -> write(new Dictionary(newest + 1, content)))
                    .orElse(CompletableFuture.completedFuture(newest)),
            executor);
  }

  private CompletionStage<Integer> write(Dictionary dictionary) {
    String key = keys.dictionary(dictionary.version());
    return bucket
        .insert(key, DictionaryDocument.encode(dictionary))
        .thenComposeAsync(
            result -> {
              if (result.isWritten()) {
                use(key, dictionary.version(), dictionary);
              }
              return loadAll();
            },
            executor);
  }

  /**
   * Writes again, where they are missing, those that are known: after the bucket lost documents.
   */
  public CompletionStage<Void> restore() {
    CompletableFuture<?>[] writes =
        known.values().stream()
            .map(
                dictionary ->
                    bucket
                        .insert(
                            keys.dictionary(dictionary.version()),
                            DictionaryDocument.encode(dictionary))
                        .toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(writes);
  }
}
