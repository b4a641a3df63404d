package io.channelindex.server.http;

/** The front could not be opened, or not be closed in order. */
public final class HttpFrontException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HttpFrontException(String message) {
    super(message);
  }

  HttpFrontException(String message, Throwable cause) {
    super(message, cause);
  }
}
