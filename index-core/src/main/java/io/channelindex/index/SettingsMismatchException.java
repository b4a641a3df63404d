package io.channelindex.index;

/** This node and the index that it was pointed at do not fit; the message names both values. */
public final class SettingsMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SettingsMismatchException(String message) {
    super(message);
  }
}
