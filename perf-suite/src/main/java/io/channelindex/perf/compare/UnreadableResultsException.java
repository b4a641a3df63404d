package io.channelindex.perf.compare;

import io.channelindex.perf.PerfException;
import org.jspecify.annotations.Nullable;

/** A file that should have results has none that could be compared. */
public final class UnreadableResultsException extends PerfException {
  private static final long serialVersionUID = 1L;

  UnreadableResultsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
