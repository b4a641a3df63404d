package io.channelindex.server.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

/** Requests that are no HTTP, or too much of it. */
final class Undecodable {
  private Undecodable() {}

  static HttpProblem problem(Throwable cause, RequestLimits limits) {
    if (cause instanceof TooLongHttpLineException) {
      return new HttpProblem(
          414, "uri_too_long", "the URL is too long: maxUrlBytes=" + limits.maxUrlBytes());
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new HttpProblem(
          431,
          "headers_too_large",
          "the headers are too large: maxHeaderBytes=" + limits.maxHeaderBytes());
    }
    return HttpProblem.badRequest("not an HTTP request");
  }
}
