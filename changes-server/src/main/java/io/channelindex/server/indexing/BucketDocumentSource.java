package io.channelindex.server.indexing;

import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.write.DocumentSource;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.documents.Revision;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The data bucket, as the index writer asks it after history was lost. Thread-safe. */
final class BucketDocumentSource implements DocumentSource {
  private final DocumentStore documents;
  private final PrincipalStore principals;

  BucketDocumentSource(DocumentStore documents, PrincipalStore principals) {
    this.documents = documents;
    this.principals = principals;
  }

  @Override
  public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
    Optional<PrincipalName> principal = PrincipalName.ofKey(documentId);
    if (principal.isPresent()) {
      return principals
          .change(principal.get())
          .thenApply(found -> found.map(change -> Memberships.of(vbucket, change)));
    }
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
