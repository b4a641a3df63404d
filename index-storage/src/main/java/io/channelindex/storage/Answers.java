package io.channelindex.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Waits for the answers of several operations. */
// Whatever goes wrong in a stage that is left alone here is completed into the result.
@SuppressWarnings("FutureReturnValueIgnored")
final class Answers {
  private Answers() {}

  /**
   * Completes when all have: with their answers in order, or with the failure of the first, in
   * order, that failed, as it is.
   */
  static <T> CompletionStage<List<T>> all(List<CompletableFuture<T>> answers) {
    CompletableFuture<List<T>> result = new CompletableFuture<>();
    CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                List<T> values = new ArrayList<>(answers.size());
                answers.forEach(answer -> values.add(answer.join()));
                result.complete(values);
              } else {
                result.completeExceptionally(firstFailure(answers, failure));
              }
            });
    return result;
  }

  private static Throwable firstFailure(
      List<? extends CompletableFuture<?>> answers, Throwable other) {
    for (CompletableFuture<?> answer : answers) {
      if (answer.isCompletedExceptionally()) {
        return cause(answer.handle((value, failure) -> failure).join(), other);
      }
    }
    return cause(other, other);
  }

  private static Throwable cause(@Nullable Throwable failure, Throwable other) {
    if (failure instanceof CompletionException && failure.getCause() != null) {
      return failure.getCause();
    }
    return failure == null ? other : failure;
  }
}
