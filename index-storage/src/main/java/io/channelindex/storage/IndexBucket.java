package io.channelindex.storage;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The port to the index bucket: documents of bytes under string keys, atomic one by one.
 *
 * <p>Everything is asynchronous and pipelined: operations that are asked for one after another are
 * under way at once, in no order, and their stages complete on threads of the implementation that
 * must not be blocked. Arrays that are handed over, either way, are not changed any more. Temporary
 * failures are retried with backoff inside, up to the timeout of the operation. After that a stage
 * completes exceptionally, with {@link BucketFailedException} (not done) or {@link
 * BucketTimeoutException} (a write may have been done). A missing document is never an exception,
 * and a failure never looks like a missing document (invariant 10).
 *
 * <p>Thread-safe.
 */
public interface IndexBucket extends AutoCloseable {
  /** Reads a document; empty if there is none. */
  CompletionStage<Optional<Versioned<byte[]>>> get(String key);

  /**
   * Reads documents, hundreds of them under way at once (the client has no multi-get, R1), the
   * others when they have answered: however many there are, none waits for the rest longer than an
   * operation may take. Completes when all have answered, with the answers in the order of the
   * keys; after a failure nothing more is asked for, and when nothing is under way any more it
   * completes exceptionally, with that failure.
   */
  CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys);

  /** Writes a document that must not exist: {@code CONFLICT} if it does. */
  CompletionStage<WriteResult> insert(String key, byte[] value);

  /**
   * Writes a document that must not exist, and that goes by itself: {@code CONFLICT} if it does.
   *
   * @param expiry after how long it goes, in whole seconds: at least one
   */
  CompletionStage<WriteResult> insert(String key, byte[] value, Duration expiry);

  /**
   * Reads a document and has it go so long after now, whenever it was to go; empty if there is
   * none.
   *
   * @param expiry after how long it goes, in whole seconds: at least one
   */
  CompletionStage<Optional<Versioned<byte[]>>> getAndTouch(String key, Duration expiry);

  /** Replaces the version of a document that has this CAS, which is not 0. */
  CompletionStage<WriteResult> replace(String key, byte[] value, long cas);

  /** Appends bytes to a document, whatever its version; {@code MISSING} if there is none. */
  CompletionStage<WriteResult> append(String key, byte[] bytes);

  /** Removes the version of a document that has this CAS, which is not 0. */
  CompletionStage<WriteResult> remove(String key, long cas);

  /**
   * Adds to a counter, which begins at {@code delta} where there is none.
   *
   * @param delta at least 1
   * @return the counter after the addition
   */
  CompletionStage<Long> increment(String key, long delta);

  /** Reads a counter; 0 if there is none. */
  CompletionStage<Long> counter(String key);

  /**
   * Gives fields of a JSON document new values in one atomic step, whatever the document's version;
   * {@code MISSING}, and nothing set, if there is no such document or any of the fields is not
   * there. A writer whose field somebody removed hence cannot write any more, late writes included.
   *
   * @param fields 1 … 16
   */
  CompletionStage<WriteResult> setFields(String key, List<Field> fields);

  /**
   * Reads fields of a JSON document, in the order asked; an empty answer for a missing path.
   *
   * @param paths 1 … 16
   */
  CompletionStage<Optional<List<Optional<String>>>> getFields(String key, List<String> paths);

  /** Releases what the implementation owns; operations under way fail. */
  @Override
  void close();

  /**
   * A field of a JSON document.
   *
   * @param path a sub-document path
   * @param value its new value
   */
  record Field(String path, String value) {}
}
