package io.channelindex.embedded.wire;

/**
 * A place where a capture, being a sample, leaves something out, and what the replay does about it.
 * Every frame that has no partner needs one, so that nothing is passed over in silence.
 */
sealed interface Amendment {

  /** The printed line that this is about. */
  int line();

  String reason();

  /** The answer at {@code line} was printed, its request was not: this one is sent. */
  record MissingRequest(int line, Frame request, String reason) implements Amendment {}

  /** The request at {@code line} was printed, its answer was not: any success will do. */
  record MissingAnswer(int line, String reason) implements Amendment {}

  /**
   * Neither request nor answer was printed, but later frames show the effect: {@code request} is
   * sent before or behind {@code line}, on the same connection, and must succeed.
   */
  record UnprintedRequest(int line, Place place, Frame request, String reason)
      implements Amendment {

    /** Where the request goes. */
    enum Place {
      BEFORE,
      BEHIND
    }
  }

  /** The request at {@code line} is repeated until it is answered with the printed status. */
  record Eventually(int line, String reason) implements Amendment {}

  /** The server's frame at {@code line} is not looked for. */
  record LeftOut(int line, String reason) implements Amendment {}
}
