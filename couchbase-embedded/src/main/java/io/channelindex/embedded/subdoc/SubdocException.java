package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Status;

/**
 * A request is refused with a status. It is an answer to a client rather than a fault of this
 * program: it carries no stack trace.
 */
public final class SubdocException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status status;

  SubdocException(Status status, String reason) {
    super("status=" + status + ", reason=" + reason, null, false, false);
    this.status = status;
  }

  /** What the client is answered. */
  public Status status() {
    return status;
  }
}
