package io.channelindex.server.documents;

import io.channelindex.server.documents.DocumentException.Reason;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One client's write, until it is done, refused, or cannot be done.
 *
 * <p>Every try reads the document, decides by CouchDB's rules, and writes exactly over what it
 * read. If somebody else was faster, the next try decides anew. If the answer is lost, the next try
 * finds out from the document itself: it carries the revision, which no other edit has; or it is
 * unchanged and the write can be tried again, since of two writes over the same version only one is
 * done; or it has been changed since, and nobody can tell any more: the client is told so.
 */
final class WriteAttempt {
  private final DataBucket bucket;
  private final DocumentWrite write;
  private final Life life;
  private final byte[] body;
  private final byte[] canonicalBody;
  private final Set<String> channels;
  private final LeavingLimit leavings;
  private final Backoff backoff;
  private final CompletableFuture<String> result = new CompletableFuture<>();
  private @Nullable Uncertain uncertain;

  /** A write whose answer was lost, and over which version. */
  private record Uncertain(Revision revision, long cas, Throwable failure) {}

  private enum Revival {
    /** Over exactly the tombstone that was read. */
    EXACT,
    /** The last resort where that is not possible: over whatever tombstone there is. */
    INSERT
  }

  private Revival revival = Revival.EXACT;

  /**
   * An attempt that nobody has begun.
   *
   * @param body as it is to be stored; nothing is stored of a tombstone's
   */
  WriteAttempt(
      DataBucket bucket,
      DocumentWrite write,
      Set<String> channels,
      byte[] body,
      LeavingLimit leavings,
      Backoff backoff) {
    this.bucket = bucket;
    this.write = write;
    this.channels = channels;
    this.body = body;
    this.leavings = leavings;
    this.backoff = backoff;
    life = write.deleted() ? Life.DELETED : Life.ALIVE;
    canonicalBody = write.deleted() ? CanonicalJson.EMPTY_OBJECT : CanonicalJson.of(write.body());
  }

  /** Begins. To be called once. */
  CompletableFuture<String> run() {
    tryOnce();
    return result;
  }

  private void tryOnce() {
    bucket.read(write.id()).whenComplete(this::decide);
  }

  @SuppressWarnings("NullAway") // Either is null, as the client's futures have it.
  private void decide(Optional<ObservedDocument> found, @Nullable Throwable failure) {
    try {
      if (failure != null) {
        unreadable(failure);
      } else if (!resolves(found)) {
        write(found);
      }
    } catch (DocumentException refused) {
      result.completeExceptionally(refused);
    } catch (RuntimeException e) {
      result.completeExceptionally(unavailable("not written: " + e.getMessage(), e));
    }
  }

  private void unreadable(Throwable failure) {
    if (uncertain == null) {
      throw unavailable("cannot be read: " + failure.getMessage(), failure);
    }
    againOr(unknown(uncertain.failure()));
  }

  /** Whether a write whose answer was lost keeps the next try from beginning, or ends it. */
  private boolean resolves(Optional<ObservedDocument> found) {
    if (uncertain == null) {
      return false;
    }
    Revision stored = found.map(ObservedDocument::stored).orElse(null);
    if (uncertain.revision().equals(stored)) {
      result.complete(uncertain.revision().toString());
      return true;
    }
    if (found.isPresent() && found.get().isLocked()) {
      // A lock hides the version that would tell.
      againOr(unknown(uncertain.failure()));
      return true;
    }
    if (uncertain.cas() != cas(found)) {
      throw unknown(uncertain.failure());
    }
    return false;
  }

  private static long cas(Optional<ObservedDocument> found) {
    return found.map(ObservedDocument::cas).orElse(0L);
  }

  private void write(Optional<ObservedDocument> found) {
    WriteRules.check(write, found);
    if (found.isPresent() && found.get().isLocked()) {
      againOr(unavailable("locked by somebody else", null));
      return;
    }
    DocumentMetadata metadata = found.map(this::successor).orElseGet(this::first);
    send(found, metadata)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                result.complete(metadata.revision().toString());
              } else {
                failed(found, metadata, WriteFailure.cause(failure));
              }
            });
  }

  private DocumentMetadata first() {
    return DocumentMetadata.initial(Revision.root(1, life, canonicalBody), life, channels);
  }

  private DocumentMetadata successor(ObservedDocument document) {
    DocumentMetadata current = document.metadata();
    Revision next = current.revision().next(life, canonicalBody);
    return leavings.applied(current.next(next, life, channels), document);
  }

  private CompletionStage<Void> send(Optional<ObservedDocument> found, DocumentMetadata metadata) {
    if (found.isEmpty()) {
      return bucket.create(write.id(), metadata, body);
    }
    ObservedDocument document = found.get();
    if (write.deleted()) {
      return bucket.bury(document, metadata);
    }
    if (!document.isDeleted()) {
      return bucket.replace(document, metadata, body);
    }
    return revival == Revival.EXACT
        ? bucket.revive(document, metadata, body)
        : bucket.create(write.id(), metadata, body);
  }

  private void failed(
      Optional<ObservedDocument> found, DocumentMetadata metadata, Throwable failure) {
    switch (WriteFailure.of(failure)) {
      case LOST_RACE -> againOr(unavailable("the document keeps changing", failure));
      case CANNOT_REVIVE -> {
        if (revival == Revival.EXACT) {
          revival = Revival.INSERT;
          backoff.again(this::tryOnce);
        } else {
          result.completeExceptionally(unavailable("not written", failure));
        }
      }
      case TOO_LARGE ->
          result.completeExceptionally(
              new DocumentException(
                  Reason.TOO_LARGE, "too big for the data service: bytes=" + body.length, failure));
      case NOT_DONE -> result.completeExceptionally(notDone(failure));
      case UNKNOWN -> {
        uncertain = new Uncertain(metadata.revision(), cas(found), failure);
        againOr(unknown(failure));
      }
    }
  }

  private DocumentException notDone(Throwable failure) {
    return uncertain == null
        ? unavailable("not written: " + failure.getMessage(), failure)
        : unknown(uncertain.failure());
  }

  private void againOr(DocumentException givingUp) {
    if (backoff.isOver()) {
      result.completeExceptionally(uncertain == null ? givingUp : unknown(uncertain.failure()));
    } else {
      backoff.again(this::tryOnce);
    }
  }

  private DocumentException unknown(Throwable failure) {
    return unavailable("the data service did not say whether it was written", failure);
  }

  private DocumentException unavailable(String what, @Nullable Throwable cause) {
    String message = what + ": id=" + write.id();
    return cause == null
        ? new DocumentException(Reason.UNAVAILABLE, message)
        : new DocumentException(Reason.UNAVAILABLE, message, cause);
  }
}
