package io.channelindex.sequence.codec;

/** Bytes that are no clock: truncated, of an unknown codec, or out of range. */
public final class CorruptClockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CorruptClockException(String message) {
    super(message);
  }
}
