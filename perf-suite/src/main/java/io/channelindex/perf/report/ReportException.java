package io.channelindex.perf.report;

import io.channelindex.perf.PerfException;
import org.jspecify.annotations.Nullable;

/** A report cannot be written or read. */
public final class ReportException extends PerfException {
  private static final long serialVersionUID = 1L;

  ReportException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
