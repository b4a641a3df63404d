package io.channelindex.storage;

import org.jspecify.annotations.Nullable;

/**
 * The bucket did not answer in time, or the connection broke before it did. A read was not done; a
 * write may have been done, and whoever asked for it has to look.
 */
public final class BucketTimeoutException extends IndexStorageException {
  private static final long serialVersionUID = 1L;

  /** A timeout that names the operation and its key, and the cause if there is one. */
  public BucketTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
