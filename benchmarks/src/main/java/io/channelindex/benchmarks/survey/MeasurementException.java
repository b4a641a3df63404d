package io.channelindex.benchmarks.survey;

/** A benchmark could not be run to its end. */
public final class MeasurementException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MeasurementException(String message, Throwable cause) {
    super(message, cause);
  }
}
