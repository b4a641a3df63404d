package io.channelindex.perf.target;

import io.channelindex.perf.PerfException;
import org.jspecify.annotations.Nullable;

/**
 * A target cannot be started or reached, or lacks what a run needs: a bucket, a right, a service.
 */
public final class TargetException extends PerfException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is missing, and where
   * @param cause how it was found out
   */
  public TargetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
