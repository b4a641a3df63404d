package io.channelindex.index.write;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the writer has to ask the data bucket when history was lost there. */
public interface DocumentSource {
  /**
   * The document as it is now, tombstones included; empty if the bucket knows nothing of it. All
   * leavings that its metadata remember are among the memberships. A failure completes
   * exceptionally.
   */
  CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId);

  /** The revision of the row that tells that a document is gone without a trace. */
  String goneRevision(String documentId, String lastRevision);
}
