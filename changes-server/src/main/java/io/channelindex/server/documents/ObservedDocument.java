package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Life;
import org.jspecify.annotations.Nullable;

/**
 * A document as one look-up of the data service shows it, tombstones included.
 *
 * @param id its id
 * @param cas its version; -1 while somebody has locked it
 * @param seqno of the mutation that made it so, unsigned
 * @param vbuuid the history branch that its vbucket is writing
 * @param expiry when it expires, in seconds since 1970; 0 for never
 * @param life whether it is a tombstone
 * @param origin who made it so
 * @param stored the revision in its attribute, whatever happened since; null if there is none
 * @param metadata what is to be said of it now; if an import has yet to say it, with leavings that
 *     are pending
 * @param body without members that begin with an underscore; empty for a tombstone, and where it is
 *     no JSON object
 */
record ObservedDocument(
    String id,
    long cas,
    long seqno,
    long vbuuid,
    long expiry,
    Life life,
    Origin origin,
    @Nullable Revision stored,
    DocumentMetadata metadata,
    ObjectNode body) {
  private static final long LOCKED = -1;

  /** Who wrote what is there. */
  enum Origin {
    /** This project: the attribute is of this state. */
    OWN,
    /** Somebody who does not know the attribute: an import is due. */
    FOREIGN,
    /** Somebody else deleted it, or it expired. */
    FOREIGN_DELETION
  }

  boolean isLocked() {
    return cas == LOCKED;
  }

  boolean isDeleted() {
    return life == Life.DELETED;
  }

  StoredDocument toStored() {
    return new StoredDocument(
        id, metadata.revision().toString(), isDeleted(), metadata.channels(), body);
  }
}
