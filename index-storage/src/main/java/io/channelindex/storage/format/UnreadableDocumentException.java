package io.channelindex.storage.format;

import io.channelindex.storage.IndexStorageException;

/** A document of the index bucket that cannot be read; the message names its key. */
public final class UnreadableDocumentException extends IndexStorageException {
  private static final long serialVersionUID = 1L;

  /** Why it cannot be read. */
  public enum Reason {
    /** No magic, wrong checksum, truncated, or values out of range. */
    CORRUPT,
    /** Another kind of document, or another channel's. */
    OTHER,
    /** A version before the oldest that can be read. */
    TOO_OLD,
    /** A version after the newest that can be read. */
    TOO_NEW
  }

  private final Reason reason;

  UnreadableDocumentException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why it cannot be read. */
  public Reason reason() {
    return reason;
  }
}
