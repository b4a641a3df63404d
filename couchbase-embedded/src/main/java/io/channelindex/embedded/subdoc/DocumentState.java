package io.channelindex.embedded.subdoc;

/** Whether a document is there for everybody, or only as the tombstone of a deletion. */
public enum DocumentState {
  ALIVE,
  DELETED
}
