package io.channelindex.server.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Collects the body of a request, up to a limit and within a time, and inflates it. */
final class RequestBody {
  private static final int INFLATE_STEP = 16 << 10;

  private final HttpServerRequest request;
  private final int maxBytes;
  private final Buffer collected = Buffer.buffer();
  private final Promise<Buffer> promise = Promise.promise();

  private RequestBody(HttpServerRequest request, int maxBytes) {
    this.request = request;
    this.maxBytes = maxBytes;
  }

  /**
   * The body as it was sent. Fails with an {@link HttpProblem}: 413 over the limit, 408 if it takes
   * too long, 415 for an encoding other than gzip.
   */
  static Future<Buffer> read(
      HttpServerRequest request, Context context, int maxBytes, Duration timeout) {
    HttpProblem refused = refusal(request, maxBytes);
    if (refused != null) {
      return Future.failedFuture(refused);
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
    return new RequestBody(request, maxBytes).collect(context, timeout);
  }

  /**
   * The body as it was meant.
   *
   * @throws HttpProblem 413 if it is over the limit, 400 if it is not what its encoding says
   */
  static Buffer inflate(HttpServerRequest request, Buffer sent, int maxBytes) {
    if (!isGzip(request)) {
      return sent;
    }
    Buffer inflated = Buffer.buffer();
    byte[] step = new byte[INFLATE_STEP];
    try (GZIPInputStream stream =
        new GZIPInputStream(new ByteArrayInputStream(sent.getBytes()), INFLATE_STEP)) {
      for (int n = stream.read(step); n >= 0; n = stream.read(step)) {
        if (inflated.length() + n > maxBytes) {
          throw overLimit(maxBytes);
        }
        inflated.appendBytes(step, 0, n);
      }
    } catch (IOException e) {
      throw HttpProblem.badRequest("the body is not gzip: " + e.getMessage());
    }
    return inflated;
  }

  private static @Nullable HttpProblem refusal(HttpServerRequest request, int maxBytes) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !isGzip(request) && !encoding.equalsIgnoreCase("identity")) {
      return new HttpProblem(
          415,
          "unsupported_media_type",
          "unknown Content-Encoding: value=" + HttpProblem.quote(encoding) + ", allowed=gzip");
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    // The decoder has refused lengths that are no numbers.
    return length != null && Long.parseLong(length.trim()) > maxBytes ? overLimit(maxBytes) : null;
  }

  /** Whether the body is not yet what it was meant to be. */
  static boolean isGzip(HttpServerRequest request) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    return encoding != null && encoding.trim().toLowerCase(Locale.ROOT).equals("gzip");
  }

  private static HttpProblem overLimit(int maxBytes) {
    return HttpProblem.tooLarge("the body is too large: maxBodyBytes=" + maxBytes);
  }

  private Future<Buffer> collect(Context context, Duration timeout) {
    long timer =
        context
            .owner()
            .setTimer(
                timeout.toMillis(),
                id -> fail(new HttpProblem(408, "request_timeout", "no body: timeout=" + timeout)));
    request.handler(this::add);
    request.endHandler(end -> promise.tryComplete(collected));
    // Not a fault of ours, and answered to nobody if the client has gone.
    request.exceptionHandler(cut -> fail(HttpProblem.badRequest("the body was cut off: " + cut)));
    Future<Buffer> body = promise.future();
    body.onComplete(done -> context.owner().cancelTimer(timer));
    return body;
  }

  private void add(Buffer part) {
    if (collected.length() + part.length() > maxBytes) {
      fail(overLimit(maxBytes));
    } else {
      collected.appendBuffer(part);
    }
  }

  private void fail(Throwable failure) {
    // The rest still comes in, and is dropped.
    request.handler(rest -> {});
    promise.tryFail(failure);
  }
}
