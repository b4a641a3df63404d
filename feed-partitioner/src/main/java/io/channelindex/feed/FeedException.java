package io.channelindex.feed;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Something of a feed does not work; the message says what, for people. */
public final class FeedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FeedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What really failed, where a future wrapped it. */
  static Throwable cause(Throwable problem) {
    Throwable cause = problem.getCause();
    return problem instanceof CompletionException && cause != null ? cause : problem;
  }

  /** What failed, for people. */
  static String describe(Throwable problem) {
    Throwable cause = cause(problem);
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }
}
