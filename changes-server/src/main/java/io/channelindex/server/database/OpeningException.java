package io.channelindex.server.database;

import org.jspecify.annotations.Nullable;

/** A database that does not open; the message says what was tried and what came of it. */
final class OpeningException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OpeningException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
