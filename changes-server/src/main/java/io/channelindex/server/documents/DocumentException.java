package io.channelindex.server.documents;

/** A document request that was refused or failed. */
public final class DocumentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, with CouchDB's word for it and the HTTP status. */
  public enum Reason {
    /** Malformed or out of a limit. */
    BAD_REQUEST(400, "bad_request"),
    /** No such document, or deleted. */
    NOT_FOUND(404, "not_found"),
    /** The parent is not the current revision. */
    CONFLICT(409, "conflict"),
    /** Too big. */
    TOO_LARGE(413, "too_large"),
    /** The data bucket does not answer. Whether a write was done is unknown. */
    UNAVAILABLE(503, "service_unavailable");

    private final int status;
    private final String word;

    Reason(int status, String word) {
      this.status = status;
      this.word = word;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** CouchDB's {@code error}. */
    public String word() {
      return word;
    }
  }

  private final Reason reason;

  /** A refusal with a message for the client. */
  public DocumentException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** A failure with a message for the client. */
  public DocumentException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
