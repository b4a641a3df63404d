package io.channelindex.feed;

/** Somebody else owns the partition now. */
public final class OwnershipLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The message names the partition and the new owner. */
  public OwnershipLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
