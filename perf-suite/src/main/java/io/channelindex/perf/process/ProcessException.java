package io.channelindex.perf.process;

import io.channelindex.perf.PerfException;
import org.jspecify.annotations.Nullable;

/** A process does not start, or ends before it should. */
public final class ProcessException extends PerfException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message which process, and what it complained about
   * @param cause how it was found out
   */
  public ProcessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
