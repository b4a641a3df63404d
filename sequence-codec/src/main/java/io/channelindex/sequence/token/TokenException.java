package io.channelindex.sequence.token;

/** A token that cannot be used as it is. */
public final class TokenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** Not a token: wrong alphabet, length, version or checksum. */
    MALFORMED,
    /** A token, but of another database or another number of vbuckets. */
    FOREIGN,
    /** A token of this database whose stored half is missing, though it should be there still. */
    UNKNOWN,
    /** A token of this database whose stored half was kept for its time and is gone. */
    EXPIRED
  }

  private final Reason reason;

  public TokenException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  static TokenException malformed(String message) {
    return new TokenException(Reason.MALFORMED, message);
  }

  static TokenException foreign(long found, long expected) {
    return new TokenException(
        Reason.FOREIGN,
        "token of another database: database="
            + Long.toHexString(found)
            + ", expected="
            + Long.toHexString(expected));
  }

  /** Why the token cannot be used. */
  public Reason reason() {
    return reason;
  }
}
