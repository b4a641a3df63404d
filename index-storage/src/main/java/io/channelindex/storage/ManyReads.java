package io.channelindex.storage;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads any number of documents, a limited number of them at a time. All at once, the last of some
 * ten thousand would wait for their turn longer than an operation may take, and with them whatever
 * else is asked for meanwhile.
 *
 * <p>Each of so many lanes reads the next document that nobody has begun, until there is none or
 * one has failed. The last lane to end tells the answers. Used once; stages may complete on any
 * thread, also before they are returned.
 */
final class ManyReads<T> {
  /** Enough to hide a round trip; several such reads fit into what is under way at a time. */
  static final int AT_ONCE = 512;

  private final List<String> keys;
  private final Function<String, CompletionStage<T>> read;
  private final @Nullable CompletableFuture<T>[] answers;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger lanes;
  private final CompletableFuture<List<T>> result = new CompletableFuture<>();
  private volatile boolean failed;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private ManyReads(List<String> keys, int atOnce, Function<String, CompletionStage<T>> read) {
    this.keys = keys;
    this.read = read;
    this.answers = new CompletableFuture[keys.size()];
    this.lanes = new AtomicInteger(Math.max(1, Math.min(atOnce, keys.size())));
  }

  /**
   * Reads.
   *
   * @param atOnce at least 1
   * @return the answers in the order of the keys; or, when nothing is under way any more, the first
   *     failure in that order
   */
  static <T> CompletionStage<List<T>> of(
      List<String> keys, int atOnce, Function<String, CompletionStage<T>> read) {
    ManyReads<T> reads = new ManyReads<>(keys, atOnce, read);
    for (int lane = reads.lanes.get(); lane > 0; lane--) {
      reads.go();
    }
    return reads.result;
  }

  // What callbacks would throw is completed into the result.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void go() {
    int i = next();
    while (i < keys.size()) {
      CompletableFuture<T> answer = begin(keys.get(i));
      answers[i] = answer;
      if (!answer.isDone()) {
        answer.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                failed = true;
              }
              go();
            });
        return;
      }
      if (answer.isCompletedExceptionally()) {
        failed = true;
      }
      i = next();
    }
    if (lanes.decrementAndGet() == 0) {
      tell();
    }
  }

  private int next() {
    return failed ? keys.size() : next.getAndIncrement();
  }

  private CompletableFuture<T> begin(String key) {
    try {
      return read.apply(key).toCompletableFuture();
    } catch (RuntimeException | Error e) {
      // An error too has to be told: the lane would have no end.
      return CompletableFuture.failedFuture(e);
    }
  }

  // What callbacks would throw is completed into the result.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void tell() {
    List<CompletableFuture<T>> begun =
        Arrays.stream(answers).filter(answer -> answer != null).toList();
    Answers.all(begun)
        .whenComplete(
            (values, failure) -> {
              if (failure == null) {
                result.complete(values);
              } else {
                result.completeExceptionally(failure);
              }
            });
  }
}
