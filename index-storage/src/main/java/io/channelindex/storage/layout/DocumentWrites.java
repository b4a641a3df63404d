package io.channelindex.storage.layout;

import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Writes documents of the index bucket for a layout, as {@code IndexBucket} does; whoever gives it
 * counts, and has stages complete where the layout may go on.
 */
public interface DocumentWrites extends DocumentReads {
  /** Reads one document. */
  CompletionStage<Optional<Versioned<byte[]>>> get(String key);

  /** Writes a document that must not exist. */
  CompletionStage<WriteResult> insert(String key, byte[] value);

  /** Replaces a version of a document. */
  CompletionStage<WriteResult> replace(String key, byte[] value, long cas);

  /** Removes a version of a document. */
  CompletionStage<WriteResult> remove(String key, long cas);

  /** Removes a document as it was found; if another has written it meanwhile, gives up for now. */
  default CompletionStage<Void> removeFound(String key, Versioned<byte[]> found) {
    return remove(key, found.cas())
        .thenAccept(
            result -> {
              if (result.outcome() == WriteResult.Outcome.CONFLICT) {
                conflicted(key, true);
              }
            });
  }

  /** The epoch of the owner who writes, unsigned. */
  long epoch();

  /**
   * Refuses to go on where a later owner has been.
   *
   * @param epochInside what a document says of who wrote it
   */
  void requireNotAfter(String key, long epochInside);

  /**
   * A write met another's. Counts it.
   *
   * @param last whether the layout gives up for now: then this throws what has everything tried
   *     again later
   */
  void conflicted(String key, boolean last);

  /** Does something for each of many documents, a limited number of them at a time. */
  <T> CompletionStage<Void> each(Iterable<T> all, Function<T, CompletionStage<Void>> task);
}
