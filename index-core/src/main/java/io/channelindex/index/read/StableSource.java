package io.channelindex.index.read;

import io.channelindex.storage.format.StableDocument;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where the stable documents are: in the index bucket, or in memory. Thread-safe. */
@FunctionalInterface
interface StableSource {
  /**
   * Those of all partitions, by their numbers, as they are after this call.
   *
   * @return fails with an {@code IndexStorageException} if they cannot be read
   */
  CompletionStage<List<StableDocument>> read();
}
