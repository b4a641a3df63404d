package io.channelindex.server.documents;

import com.couchbase.client.java.Collection;
import io.channelindex.server.documents.DocumentException.Reason;
import io.channelindex.server.documents.ObservedDocument.Origin;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Documents with revisions and channels in the data bucket.
 *
 * <p>Every write is one atomic operation over the version that it was decided on: of writes that
 * race for a document one is done and the others are told of the conflict, and no acknowledged
 * write is lost (but see {@link DocumentSettings#durability()}). Documents that other programs
 * write into the bucket are shown as an import would have them, and can be written over at once.
 *
 * <p>Thread-safe. Nothing blocks; stages complete on threads of the Couchbase client or of the
 * common pool, which must not be blocked.
 */
public final class DocumentStore {
  private final DataBucket bucket;
  private final DocumentSettings settings;
  private final ChannelRule channels;
  private final LeavingLimit leavings;

  /**
   * A store over a collection.
   *
   * @param collection where the documents are
   * @param vbuckets how many the bucket has: 1 … 1024, a power of two
   * @param settings limits and patience
   * @param stable how far the index is
   */
  public DocumentStore(
      Collection collection, int vbuckets, DocumentSettings settings, StableSeqnos stable) {
    if (vbuckets < 1 || vbuckets > 1024 || Integer.bitCount(vbuckets) != 1) {
      throw new IllegalArgumentException(
          "vbuckets out of range: vbuckets=" + vbuckets + ", min=1, max=1024, a power of two");
    }
    this.settings = settings;
    channels = new ChannelRule(settings.limits());
    leavings = new LeavingLimit(stable, vbuckets);
    bucket = new DataBucket(collection.async(), settings, new ForeignWrites(channels));
  }

  /** A store over operations that somebody else makes, or lets fail. */
  DocumentStore(DataBucket bucket, DocumentSettings settings) {
    this.bucket = bucket;
    this.settings = settings;
    channels = new ChannelRule(settings.limits());
    leavings = new LeavingLimit(StableSeqnos.UNKNOWN, 1);
  }

  /**
   * Whether a key of the data bucket can be the id of a document: 1 … 249 bytes of UTF-8, not
   * beginning with an underscore. Other keys are not ours.
   */
  public static boolean isDocumentId(String key) {
    return WriteLimits.isId(key);
  }

  /**
   * The document as it is now, tombstones included. A body that is no JSON object is shown as an
   * empty one.
   *
   * @return fails with {@link DocumentException} ({@code NOT_FOUND} where there is not even a
   *     tombstone)
   */
  public CompletionStage<StoredDocument> get(String id) {
    return read(id)
        .thenApply(
            found ->
                found
                    .map(ObservedDocument::toStored)
                    .orElseThrow(
                        () -> new DocumentException(Reason.NOT_FOUND, "missing: id=" + id)));
  }

  /**
   * Writes.
   *
   * <p>The revision depends on parent, body and deletion only: a client that does not know what
   * became of a write finds out by reading.
   *
   * @return the new revision; fails with {@link DocumentException}: {@code BAD_REQUEST} or {@code
   *     TOO_LARGE} beyond a limit, {@code CONFLICT}, {@code NOT_FOUND} (a deletion of nothing),
   *     {@code UNAVAILABLE}
   */
  public CompletionStage<String> write(DocumentWrite write) {
    try {
      WriteLimits.check(write, settings.limits());
      byte[] body = body(write);
      Set<String> named = write.deleted() ? Set.of() : channels.require(write.body());
      Backoff backoff = new Backoff(settings.retryFor());
      return new WriteAttempt(bucket, write, named, body, leavings, backoff).run();
    } catch (DocumentException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private byte[] body(DocumentWrite write) {
    byte[] body = DocumentJson.write(write.body());
    if (body.length > settings.limits().documentBytes()) {
      throw new DocumentException(
          Reason.TOO_LARGE,
          "document too big: bytes="
              + body.length
              + ", max="
              + settings.limits().documentBytes()
              + ", id="
              + write.id());
    }
    return body;
  }

  /**
   * What of a mutation is to be indexed whose attribute does not seem to be of it: a touch, or a
   * write of another program. In the latter case the attribute is written, over exactly this
   * version, with a new revision and the channels that the body names.
   *
   * @param seqno of the mutation as the stream of changes has it, unsigned
   * @return the metadata as of the mutation, if they are in the attribute after all or cannot be
   *     written to the document; empty if a newer mutation will come, the import's own or another.
   *     Fails with {@link DocumentException} if the data service does not let it be found out
   */
  public CompletionStage<Optional<DocumentMetadata>> importForeign(String id, long seqno) {
    return new ImportAttempt(bucket, id, seqno, leavings, new Backoff(settings.importFor())).run();
  }

  /**
   * What is known of a document now, tombstones included. An import that is due is done first: the
   * one that the stream of changes once led to may be lost with other history, and without it the
   * next foreign write would hide which channels the document has been in.
   *
   * @return empty if the data service knows nothing of it; fails with {@link DocumentException}
   */
  public CompletionStage<Optional<CurrentMetadata>> current(String id) {
    return read(id)
        .thenCompose(
            found ->
                found.filter(document -> document.origin() == Origin.FOREIGN).isPresent()
                    ? imported(id, found.get().seqno())
                    : CompletableFuture.completedFuture(found.map(DocumentStore::asItIs)));
  }

  private CompletionStage<Optional<CurrentMetadata>> imported(String id, long seqno) {
    return importForeign(id, seqno)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(
                        found.map(metadata -> new CurrentMetadata(seqno, metadata)))
                    : current(id));
  }

  private static CurrentMetadata asItIs(ObservedDocument document) {
    return new CurrentMetadata(document.seqno(), document.metadata().at(document.seqno()));
  }

  private CompletionStage<Optional<ObservedDocument>> read(String id) {
    if (!WriteLimits.isId(id)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return bucket
        .read(id)
        .exceptionally(
            failure -> {
              Throwable cause = WriteFailure.cause(failure);
              throw new DocumentException(
                  Reason.UNAVAILABLE,
                  "cannot be read: id=" + id + ": " + cause.getMessage(),
                  cause);
            });
  }
}
