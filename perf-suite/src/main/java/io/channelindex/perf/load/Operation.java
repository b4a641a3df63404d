package io.channelindex.perf.load;

import java.util.concurrent.CompletableFuture;

/** Something asynchronous to do to a document. */
@FunctionalInterface
public interface Operation {
  /**
   * Starts the operation and returns without waiting.
   *
   * @param index which document
   * @return completes when the target has answered
   */
  CompletableFuture<?> start(int index);
}
