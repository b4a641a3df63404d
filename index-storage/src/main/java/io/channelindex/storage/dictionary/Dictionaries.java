package io.channelindex.storage.dictionary;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Dictionary;
import io.channelindex.storage.compress.DictionaryTrainer;
import io.channelindex.storage.format.DictionaryDocument;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The dictionaries of a database: documents with versions 1, 2, …, each written once. All nodes
 * read all of them; each compresses with the newest that it knows.
 *
 * <pre>{@code
 * DictionaryTrainer trainer = new DictionaryTrainer(seed);
 * Compressions compressions = new Compressions(trainer);
 * Dictionaries dictionaries = new Dictionaries(bucket, keys, compressions, executor);
 * dictionaries.loadAll();                                  // at the start
 * dictionaries.load(unknown.version());                    // when a block turns out to need one
 * dictionaries.train(trainer);                             // now and then, until there is one
 * }</pre>
 *
 * <p>Assumptions: a dictionary that was written stays, as the blocks do that need it; the bucket's
 * durability says what a failover may take. Guarantees: a dictionary is used only when the bucket
 * has confirmed it; two nodes that train at a time end up with the one that was written first.
 * Thread-safe; stages complete on the executor.
 */
public final class Dictionaries {
  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final Compressions compressions;
  private final Executor executor;

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
    if (compressions.knows(version)) {
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
    compressions.add(dictionary);
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
}
