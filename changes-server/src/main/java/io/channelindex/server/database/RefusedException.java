package io.channelindex.server.database;

/** A database that will not open, however often it is tried: its configuration does not fit. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedException(Throwable cause) {
    super(cause.getMessage(), cause);
  }
}
