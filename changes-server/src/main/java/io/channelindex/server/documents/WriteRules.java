package io.channelindex.server.documents;

import io.channelindex.server.documents.DocumentException.Reason;
import java.util.Optional;

/**
 * Who may write over what, as in CouchDB: a new document needs no parent; a document is replaced or
 * deleted by who names its current revision; a tombstone is written over by who names its revision
 * or none.
 */
final class WriteRules {
  private WriteRules() {}

  /**
   * Checks a write.
   *
   * @throws DocumentException {@code CONFLICT}, or {@code NOT_FOUND} for a deletion of what is not
   *     there
   */
  static void check(DocumentWrite write, Optional<ObservedDocument> found) {
    if (found.isEmpty()) {
      if (write.deleted()) {
        throw missing(write, "missing");
      }
      if (write.parent() != null) {
        throw conflict(write, "none");
      }
      return;
    }
    String current = found.get().metadata().revision().toString();
    if (found.get().isDeleted()) {
      boolean known = write.parent() == null || write.parent().equals(current);
      if (!known) {
        throw conflict(write, current);
      }
      if (write.deleted()) {
        throw missing(write, "deleted");
      }
    } else if (!current.equals(write.parent())) {
      throw conflict(write, current);
    }
  }

  private static DocumentException missing(DocumentWrite write, String state) {
    return new DocumentException(Reason.NOT_FOUND, state + ": id=" + write.id());
  }

  private static DocumentException conflict(DocumentWrite write, String current) {
    return new DocumentException(
        Reason.CONFLICT,
        "document update conflict: id="
            + write.id()
            + ", rev="
            + write.parent()
            + ", current="
            + current);
  }
}
