package io.channelindex.server.indexing;

import io.channelindex.index.write.DocumentSource;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.Revision;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The data bucket, as the index writer asks it after history was lost. Thread-safe. */
final class BucketDocumentSource implements DocumentSource {
  private final DocumentStore documents;

  BucketDocumentSource(DocumentStore documents) {
    this.documents = documents;
  }

  @Override
  public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
    return documents
        .current(documentId)
        .thenApply(
            found ->
                found.map(
                    document ->
                        Memberships.of(
                            documentId, vbucket, document.seqno(), document.metadata())));
  }

  @Override
  public String goneRevision(String documentId, String lastRevision) {
    return Revision.parse(lastRevision)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "not a revision: rev=" + lastRevision + ", id=" + documentId))
        .deletion()
        .toString();
  }
}
