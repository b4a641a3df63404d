package io.channelindex.index.write;

import io.channelindex.storage.IndexStorageException;

/** A document was not as it was remembered: it has to be read again before it is written. */
final class WriteConflictException extends IndexStorageException {
  private static final long serialVersionUID = 1L;

  WriteConflictException(String key) {
    super("document changed by another: key=" + key);
  }
}
