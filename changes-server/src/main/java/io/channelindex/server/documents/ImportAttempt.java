package io.channelindex.server.documents;

import io.channelindex.server.documents.DocumentException.Reason;
import io.channelindex.server.documents.ObservedDocument.Origin;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One import, until the document has its attribute or has moved on. A lost answer needs no care:
 * the next look shows the document with the attribute, at a higher seqno, or without.
 */
final class ImportAttempt {
  private static final Logger LOG = LoggerFactory.getLogger(ImportAttempt.class);

  private final DataBucket bucket;
  private final String id;
  private final long seqno;
  private final LeavingLimit leavings;
  private final Backoff backoff;
  private final CompletableFuture<Optional<DocumentMetadata>> result = new CompletableFuture<>();

  ImportAttempt(DataBucket bucket, String id, long seqno, LeavingLimit leavings, Backoff backoff) {
    this.bucket = bucket;
    this.id = id;
    this.seqno = seqno;
    this.leavings = leavings;
    this.backoff = backoff;
  }

  /** Begins. To be called once. */
  CompletableFuture<Optional<DocumentMetadata>> run() {
    tryOnce();
    return result;
  }

  private void tryOnce() {
    bucket.read(id).whenComplete(this::decide);
  }

  @SuppressWarnings("NullAway") // Either is null, as the client's futures have it.
  private void decide(Optional<ObservedDocument> found, @Nullable Throwable failure) {
    try {
      if (failure != null) {
        againAfter(failure);
      } else if (found.isEmpty() || found.get().seqno() != seqno) {
        result.complete(Optional.empty());
      } else if (found.get().origin() != Origin.FOREIGN) {
        result.complete(Optional.of(found.get().metadata().at(seqno)));
      } else {
        annotate(found.get());
      }
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private void annotate(ObservedDocument document) {
    if (document.isLocked()) {
      againAfter(new IllegalStateException("locked by somebody else"));
      return;
    }
    bucket
        .annotate(document, leavings.applied(document.metadata(), document))
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                result.complete(Optional.empty());
              } else {
                failed(document, WriteFailure.cause(failure));
              }
            });
  }

  private void failed(ObservedDocument document, Throwable failure) {
    if (WriteFailure.of(failure) == WriteFailure.TOO_LARGE) {
      LOG.warn("Document has no room for its metadata, indexed without: id={}", id);
      result.complete(Optional.of(document.metadata().at(seqno)));
    } else {
      againAfter(failure);
    }
  }

  private void againAfter(Throwable failure) {
    if (backoff.isOver()) {
      result.completeExceptionally(
          new DocumentException(
              Reason.UNAVAILABLE,
              "cannot be imported: id=" + id + ", seqno=" + Long.toUnsignedString(seqno),
              failure));
    } else {
      backoff.again(this::tryOnce);
    }
  }
}
