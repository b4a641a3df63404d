package io.channelindex.perf;

import org.jspecify.annotations.Nullable;

/** The root of everything that the suite reports as a failure of its own. */
public class PerfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong, as {@code name=value} pairs where there are values
   */
  public PerfException(String message) {
    super(message);
  }

  /**
   * @param message what is wrong, as {@code name=value} pairs where there are values
   * @param cause what brought it about
   */
  public PerfException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
