package io.channelindex.embedded.wire;

/**
 * One line of a capture.
 *
 * @param line 1-based
 * @param connection number that the capture gave to the connection
 * @param frame what was printed; its key and value may be shorter than they were
 * @param keyLength bytes that the key really had
 * @param valueLength bytes that the value really had
 */
record CapturedFrame(
    int line, Side side, int connection, Frame frame, int keyLength, int valueLength) {

  /** Who sent it. */
  enum Side {
    CLIENT,
    SERVER
  }

  boolean keyIsCut() {
    return frame.key().length < keyLength;
  }

  boolean valueIsCut() {
    return frame.value().length < valueLength;
  }

  boolean isRequest() {
    return side == Side.CLIENT;
  }

  boolean isServerSent() {
    return side == Side.SERVER && frame.isServerSent();
  }
}
