package io.channelindex.storage;

import org.jspecify.annotations.Nullable;

/** The root of what goes wrong between the index and its bucket. */
public class IndexStorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error with a message that names the key. */
  public IndexStorageException(String message) {
    super(message);
  }

  /** An error with a message that names the key, and its cause if there is one. */
  public IndexStorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
