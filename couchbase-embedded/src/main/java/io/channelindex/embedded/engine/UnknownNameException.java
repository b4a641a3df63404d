package io.channelindex.embedded.engine;

/** A request names a scope or collection that does not exist. */
public final class UnknownNameException extends IllegalArgumentException {
  UnknownNameException(String message) {
    super(message);
  }
}
