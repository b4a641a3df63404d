package io.channelindex.sequence.token;

/** A token that cannot be used as it is. */
public final class TokenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** Not a token: wrong alphabet, length, version or checksum. */
    MALFORMED,
    /** A token, but of another database or another number of vbuckets. */
    FOREIGN
  }

  private final Reason reason;

  TokenException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why the token cannot be used. */
  public Reason reason() {
    return reason;
  }
}
