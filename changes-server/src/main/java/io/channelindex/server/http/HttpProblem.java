package io.channelindex.server.http;

import io.channelindex.server.documents.DocumentException;
import io.channelindex.storage.IndexStorageException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error, in CouchDB's form. */
final class HttpProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_QUOTE = 80;

  private final int status;
  private final String error;

  /** An error with its HTTP status, CouchDB's word for it, and a reason for people. */
  HttpProblem(int status, String error, String reason) {
    // Thrown for what clients do: nobody looks at the stack.
    super(reason, null, false, false);
    this.status = status;
    this.error = error;
  }

  static HttpProblem badRequest(String reason) {
    return new HttpProblem(400, "bad_request", reason);
  }

  static HttpProblem notFound(String reason) {
    return new HttpProblem(404, "not_found", reason);
  }

  static HttpProblem tooLarge(String reason) {
    return new HttpProblem(413, "too_large", reason);
  }

  static HttpProblem unavailable(String reason) {
    return new HttpProblem(503, "service_unavailable", reason);
  }

  /** What a failure is to the client; null if it is none that is known, but a fault of ours. */
  static @Nullable HttpProblem of(Throwable failure) {
    Throwable cause = causeOf(failure);
    if (cause instanceof HttpProblem problem) {
      return problem;
    }
    if (cause instanceof DocumentException refused) {
      return new HttpProblem(
          refused.reason().status(), refused.reason().word(), String.valueOf(refused.getMessage()));
    }
    if (cause instanceof IndexStorageException) {
      return unavailable("the channel index cannot be read at the moment");
    }
    return null;
  }

  /** What failed, without the wrapping of completion stages. */
  static Throwable causeOf(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** A client's text as it may stand in a reason: short. */
  static String quote(String text) {
    return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
  }

  int status() {
    return status;
  }

  String error() {
    return error;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
