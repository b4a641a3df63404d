package io.channelindex.server.indexing;

import io.channelindex.feed.Change;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.server.documents.DocumentAttribute;
import io.channelindex.server.documents.DocumentMetadata;
import io.channelindex.server.documents.DocumentMetadata.Life;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalChange;
import io.channelindex.server.documents.PrincipalStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Turns changes of the data bucket into changes of the index, and has foreign documents imported.
 * Thread-safe; does not block.
 */
final class ChangeTranslator {
  private final DocumentStore documents;
  private final ImportLimit imports;

  ChangeTranslator(DocumentStore documents, ImportLimit imports) {
    this.documents = documents;
    this.imports = imports;
  }

  /**
   * Whether the change is of a document or a principal; transaction records of the clients, say,
   * are neither.
   */
  static boolean concerns(Change change) {
    return DocumentStore.isDocumentId(change.key()) || PrincipalStore.isPrincipal(change.key());
  }

  /**
   * What is to be indexed of a change, empty if nothing is known of it yet and a newer change will
   * come in its place. Fails if a foreign document could not be imported.
   */
  CompletionStage<Optional<IndexedChange>> translate(Change change) {
    Optional<PrincipalName> principal = PrincipalName.ofKey(change.key());
    if (principal.isPresent()) {
      boolean exists = change.kind() == Change.Kind.MUTATION;
      return CompletableFuture.completedFuture(
          Optional.of(
              Memberships.of(
                  change.vbucket(),
                  PrincipalChange.of(
                      principal.get(), change.seqno(), change.revisionSeqno(), exists))));
    }
    Optional<DocumentAttribute> attribute =
        Optional.ofNullable(change.attributes().get(DocumentAttribute.NAME))
            .flatMap(DocumentAttribute::parse);
    if (change.kind() != Change.Kind.MUTATION) {
      return now(change, deleted(change, attribute));
    }
    if (attribute.isPresent() && isOf(change, attribute.get())) {
      return now(change, asOf(change, attribute.get()));
    }
    return imports
        .run(() -> documents.importForeign(change.key(), change.seqno()))
        .thenApply(found -> found.or(() -> attribute.map(old -> asOf(change, old))))
        .thenApply(found -> found.map(metadata -> indexed(change, metadata)));
  }

  /**
   * What the attribute that a foreign write carried along says, while the import is on its way. It
   * cannot be left out: the attribute may know of leavings that no change before this one told,
   * because the stream left those out in favour of this one, and the import's own change comes when
   * the index is past them.
   */
  private static DocumentMetadata asOf(Change change, DocumentAttribute attribute) {
    return attribute.asOf(change.cas(), change.seqno());
  }

  private static boolean isOf(Change change, DocumentAttribute attribute) {
    return attribute.cas() == change.cas() && !attribute.metadata().isDeleted();
  }

  private static DocumentMetadata deleted(Change change, Optional<DocumentAttribute> attribute) {
    if (attribute.isEmpty()) {
      return DocumentMetadata.deletedWithoutTrace(change.key(), change.revisionSeqno());
    }
    DocumentMetadata metadata = asOf(change, attribute.get());
    return metadata.life() == Life.DELETED ? metadata : metadata.deletedAt(change.seqno());
  }

  private static CompletionStage<Optional<IndexedChange>> now(
      Change change, DocumentMetadata metadata) {
    return CompletableFuture.completedFuture(Optional.of(indexed(change, metadata)));
  }

  private static IndexedChange indexed(Change change, DocumentMetadata metadata) {
    return Memberships.of(
        change.key(), change.vbucket(), change.seqno(), metadata.at(change.seqno()));
  }
}
