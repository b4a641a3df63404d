package io.channelindex.perf.follow;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who writes documents. The futures fail if a write was refused, or if nobody knows. */
public interface DocumentWriter {
  /**
   * Stores a document.
   *
   * @param parent the revision that it replaces; null for a new one
   * @param body a JSON object
   * @return its new revision
   */
  CompletableFuture<String> store(String id, @Nullable String parent, byte[] body);

  /**
   * Deletes a document.
   *
   * @param parent the revision that is deleted
   * @return the revision of the deletion
   */
  CompletableFuture<String> delete(String id, String parent);
}
