package io.channelindex.sequence.codec;

/** A clock outside of what a codec can write: the message names the value and the limit. */
public final class UnsupportedClockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedClockException(String message) {
    super(message);
  }
}
