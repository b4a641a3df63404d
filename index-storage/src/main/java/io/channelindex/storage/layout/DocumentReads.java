package io.channelindex.storage.layout;

import io.channelindex.storage.Versioned;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads documents of the index bucket for a layout; whoever gives it counts. Thread-safe. */
@FunctionalInterface
public interface DocumentReads {
  /** All at once, as {@code IndexBucket.getAll}. */
  CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys);
}
