package io.channelindex.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request and the answer to it. Answers once; every failure on the way is an answer too.
 *
 * <p>Confined to the context of its request.
 */
final class Exchange {
  /** The status of a request that was never answered. */
  static final int NO_STATUS = 0;

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /**
   * What takes longer to parse than other requests should have to wait for; nobody knows it of what
   * has still to be inflated.
   */
  private static final int LONG_BODY = 64 << 10;

  private static final String RETRY_AFTER_SECONDS = "1";

  private final HttpServerRequest request;
  private final Port port;
  private final Context context;
  private final HttpSettings settings;
  private final JsonInput json;
  private final long begin = System.nanoTime();
  private final Consumer<Exchange> ended;
  private Runnable afterwards = () -> {};
  private boolean hasEnded;
  private Route route = Route.NONE;

  Exchange(
      HttpServerRequest request,
      Port port,
      Context context,
      HttpSettings settings,
      JsonInput json,
      Consumer<Exchange> ended) {
    this.request = request;
    this.port = port;
    this.context = context;
    this.settings = settings;
    this.json = json;
    this.ended = ended;
    request.response().endHandler(end -> end());
    request.response().closeHandler(gone -> end());
    request.response().exceptionHandler(gone -> end());
  }

  /** Has a step done when the answer has ended, or its client is gone before that. */
  void whenEnded(Runnable step) {
    this.afterwards = step;
  }

  private void end() {
    if (!hasEnded) {
      hasEnded = true;
      afterwards.run();
      ended.accept(this);
    }
  }

  /** Whether it was answered, or its client has gone. */
  boolean hasEnded() {
    return hasEnded;
  }

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return request.response();
  }

  /**
   * The query, decoded.
   *
   * @throws HttpProblem 400 if it is malformed
   */
  MultiMap query() {
    try {
      // A semicolon separates nothing: it may be part of a channel's name.
      return request.params(true);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.badRequest("malformed query: " + e.getMessage());
    }
  }

  HttpMethod method() {
    return request.method();
  }

  Context context() {
    return context;
  }

  Port port() {
    return port;
  }

  JsonInput json() {
    return json;
  }

  Route route() {
    return route;
  }

  void route(Route known) {
    this.route = known;
  }

  /** How long the request has been here. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** The status that was sent. */
  int sentStatus() {
    return response().headWritten() ? response().getStatusCode() : NO_STATUS;
  }

  /**
   * Reads the body as a JSON object and goes on with it; an empty body is an empty object where
   * {@code presence} allows.
   */
  void withBody(BodyPresence presence, Consumer<ObjectNode> then) {
    requireJson();
    int maxBytes = settings.requests().maxBodyBytes();
    RequestBody.read(request, context, maxBytes, settings.bodyTimeout())
        .compose(
            sent ->
                sent.length() <= LONG_BODY && !RequestBody.isGzip(request)
                    ? Future.succeededFuture(parsed(presence, sent))
                    : context.executeBlocking(() -> parsed(presence, sent), false))
        .onComplete(body -> guarded(() -> then.accept(body)), this::fail);
  }

  /** Whether a request must have a body. */
  enum BodyPresence {
    REQUIRED,
    OPTIONAL
  }

  private ObjectNode parsed(BodyPresence presence, Buffer sent) {
    Buffer body = RequestBody.inflate(request, sent, settings.requests().maxBodyBytes());
    if (body.length() == 0 && presence == BodyPresence.OPTIONAL) {
      return JsonNodeFactory.instance.objectNode();
    }
    return json.object(body);
  }

  /** What {@code curl -d} sends with nothing said is taken for what it is: it says nothing. */
  private void requireJson() {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null) {
      return;
    }
    int end = type.indexOf(';');
    String media = (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    boolean unsaid = media.equals("application/x-www-form-urlencoded");
    if (!unsaid && !media.equals("application/json") && !media.endsWith("+json")) {
      throw new HttpProblem(
          415,
          "unsupported_media_type",
          "unknown Content-Type: value=" + HttpProblem.quote(type) + ", allowed=application/json");
    }
  }

  /** Goes on in this context when a stage completes; its failure is the answer. */
  <T> void when(CompletionStage<T> stage, Consumer<T> then) {
    Future.fromCompletionStage(stage, context)
        .onComplete(value -> guarded(() -> then.accept(value)), this::fail);
  }

  /** Does a step of the answer; what it throws is the answer. */
  void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** Answers with JSON. */
  void json(int status, JsonNode answer) {
    // CouchDB ends its answers with a newline, for people with terminals.
    body(status, "application/json", Buffer.buffer(answer.toString()).appendByte((byte) '\n'));
  }

  /** Answers with a body, or only its headers where those were asked for. */
  void body(int status, String contentType, Buffer body) {
    HttpServerResponse response = response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status);
    response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    forbidCaching();
    if (method().equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
      response.end();
    } else {
      response.end(body);
    }
  }

  void forbidCaching() {
    response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache, no-store");
  }

  /** Answers with an error in CouchDB's form. A fault of ours is logged and says nothing of us. */
  void fail(Throwable failure) {
    HttpProblem problem = HttpProblem.of(failure);
    if (problem == null) {
      LOG.error("request failed: method={}, path={}", method(), request.path(), failure);
      problem = new HttpProblem(500, "internal_server_error", "the server failed; see its log");
    }
    if (response().headWritten()) {
      LOG.warn("answer cut: method={}, path={}, reason={}", method(), request.path(), problem);
      request.connection().close();
      return;
    }
    if (problem.status() == 503) {
      response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    if (!request.isEnded() && !request.method().equals(HttpMethod.GET)) {
      // A body that nobody wants would have to be read to its end to get at the next request.
      response().putHeader(HttpHeaders.CONNECTION, "close");
      // Closed at once, the answer could be lost to who still sends; left to a client that sends no
      // more, the connection would stay for ever.
      context
          .owner()
          .setTimer(settings.bodyTimeout().toMillis(), id -> request.connection().close());
    }
    json(problem.status(), errorOf(problem));
  }

  /** CouchDB's form of an error. */
  static ObjectNode errorOf(HttpProblem problem) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("error", problem.error())
        .put("reason", problem.reason());
  }
}
