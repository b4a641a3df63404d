package io.channelindex.storage;

import org.jspecify.annotations.Nullable;

/** The bucket answered with a failure that retries did not cure: nothing was read or written. */
public final class BucketFailedException extends IndexStorageException {
  private static final long serialVersionUID = 1L;

  /** A failure that names the operation and its key, and the cause if there is one. */
  public BucketFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
