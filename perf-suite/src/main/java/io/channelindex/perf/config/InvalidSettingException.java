package io.channelindex.perf.config;

import io.channelindex.perf.PerfException;

/** A setting is unknown, malformed, out of its range, or does not go with another one. */
public final class InvalidSettingException extends PerfException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the setting as {@code name=value}, and what it may be
   */
  public InvalidSettingException(String message) {
    super(message);
  }
}
