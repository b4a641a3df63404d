package io.channelindex.index.read;

import io.channelindex.sequence.VbucketHash;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.Versioned;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Documents that are asked for together: all are under way at once (R1), and they are decoded some
 * at a time, because a task for each would cost more than its decoding. Each fails by itself.
 *
 * <p>Confined to one thread until it is started.
 */
final class BulkRead {
  /** How many documents are decoded by one task, so that the first are while others arrive. */
  private static final int TASK_DOCUMENTS = 32;

  private final IndexBucket bucket;
  private final int vbuckets;
  private final Executor executor;
  private final ReadCounters counters;
  private final List<Document<?>> documents = new ArrayList<>();

  private record Document<T>(
      String key,
      Function<Optional<Versioned<byte[]>>, ? extends CompletionStage<T>> decode,
      CompletableFuture<T> content) {

    void arrived(CompletableFuture<Optional<Versioned<byte[]>>> answer) {
      CompletionStage<T> decoded;
      try {
        decoded = decode.apply(answer.join());
      } catch (RuntimeException e) {
        fail(e);
        return;
      }
      decoded.whenComplete(
          (value, failure) -> {
            if (failure == null) {
              content.complete(value);
            } else {
              fail(failure);
            }
          });
    }

    void fail(Throwable failure) {
      content.completeExceptionally(Stages.cause(failure));
    }
  }

  /**
   * A read of nothing so far.
   *
   * @param vbuckets how many the bucket has
   */
  BulkRead(IndexBucket bucket, int vbuckets, Executor executor, ReadCounters counters) {
    this.bucket = bucket;
    this.vbuckets = vbuckets;
    this.executor = executor;
    this.counters = counters;
  }

  /**
   * Adds a document.
   *
   * @param decode makes of it what is wanted, on the executor; empty if there is no such document
   */
  <T> CompletableFuture<T> add(
      String key, Function<Optional<Versioned<byte[]>>, ? extends CompletionStage<T>> decode) {
    Document<T> document = new Document<>(key, decode, new CompletableFuture<>());
    documents.add(document);
    return document.content();
  }

  /** Reads what was added; once. */
  void start() {
    if (documents.isEmpty()) {
      return;
    }
    count();
    for (int begin = 0; begin < documents.size(); begin += TASK_DOCUMENTS) {
      int end = Math.min(documents.size(), begin + TASK_DOCUMENTS);
      start(documents.subList(begin, end));
    }
  }

  private void count() {
    BitSet touched = new BitSet(vbuckets);
    for (Document<?> document : documents) {
      touched.set(VbucketHash.vbucket(document.key(), vbuckets));
    }
    counters.reads.add(documents.size());
    counters.bulks.increment();
    counters.bulkVbuckets.add(touched.cardinality());
  }

  private void start(List<Document<?>> task) {
    List<CompletableFuture<Optional<Versioned<byte[]>>>> answers = new ArrayList<>(task.size());
    for (Document<?> document : task) {
      answers.add(get(document.key()));
    }
    var unused =
        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
            // Some may have failed: each document says for itself.
            .handleAsync((done, failure) -> arrived(task, answers), executor)
            // Here only if the executor takes no more tasks.
            .whenComplete(
                (done, refused) -> {
                  if (refused != null) {
                    task.forEach(document -> document.fail(refused));
                  }
                });
  }

  private CompletableFuture<Optional<Versioned<byte[]>>> get(String key) {
    try {
      return bucket.get(key).toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static int arrived(
      List<Document<?>> task, List<CompletableFuture<Optional<Versioned<byte[]>>>> answers) {
    for (int i = 0; i < answers.size(); i++) {
      task.get(i).arrived(answers.get(i));
    }
    return answers.size();
  }
}
