package io.channelindex.index.read;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Stages of several things that are under way at once. */
final class Stages {
  private Stages() {}

  /** Completes when all have, with their results in order; exceptionally if any did. */
  static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> stages) {
    CompletableFuture<?>[] futures = new CompletableFuture<?>[stages.size()];
    for (int i = 0; i < futures.length; i++) {
      futures[i] = stages.get(i).toCompletableFuture();
    }
    return CompletableFuture.allOf(futures)
        .thenApply(
            done -> {
              List<T> results = new ArrayList<>(stages.size());
              for (CompletionStage<T> stage : stages) {
                results.add(stage.toCompletableFuture().join());
              }
              return results;
            });
  }

  /** What went wrong, without the wrappers that stages put around it. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
