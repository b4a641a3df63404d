package io.channelindex.server.indexing;

import io.channelindex.feed.OwnershipLostException;
import io.channelindex.index.write.FencedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The index writer's word for a lost partition, in the partitioner's language. */
final class Fencing {
  private Fencing() {}

  /** The stage, failing with {@link OwnershipLostException} where it fails with fencing. */
  static <T> CompletionStage<T> translated(CompletionStage<T> stage) {
    return stage.exceptionallyCompose(
        failure -> CompletableFuture.failedFuture(translated(failure)));
  }

  private static Throwable translated(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof FencedException
        ? new OwnershipLostException("partition lost: " + cause.getMessage(), cause)
        : cause;
  }
}
