package io.channelindex.server.config;

/** A configuration that cannot be used; the message names the file, the place and the value. */
public final class InvalidConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A configuration that cannot be used. */
  public InvalidConfigException(String message) {
    super(message);
  }

  /** A configuration that cannot be read. */
  public InvalidConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
