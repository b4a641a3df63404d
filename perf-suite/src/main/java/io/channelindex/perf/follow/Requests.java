package io.channelindex.perf.follow;

import io.channelindex.perf.PerfException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Requests with whole answers, on connections that are kept. Safe for use by many threads; each
 * request lives on one thread of the client, so that no part of an answer comes before somebody
 * waits for it.
 */
final class Requests {
  /** After this a client gives up. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Context context;
  private final HttpClient client;
  private final URI server;
  private final String database;

  Requests(Context context, HttpClient client, URI server, String database) {
    this.context = context;
    this.client = client;
    this.server = server;
    this.database = database;
  }

  /**
   * An answer.
   *
   * @param status its HTTP status
   * @param body everything after its head
   */
  record Answer(int status, Buffer body) {
    /** As a failure's message says it. */
    PerfException refusal(String what) {
      return new PerfException(what + " is refused: status=" + status + ", answer=" + body);
    }
  }

  /**
   * Sends a request; fails if there is no whole answer.
   *
   * @param path below the database's, with the query
   * @param body JSON; empty if there is none
   */
  CompletableFuture<Answer> send(HttpMethod method, String path, Buffer body) {
    CompletableFuture<Answer> answered = new CompletableFuture<>();
    context.runOnContext(
        ignored ->
            client
                .request(method, server.getPort(), server.getHost(), "/" + database + path)
                .compose(
                    request -> {
                      request.idleTimeout(PATIENCE.toMillis());
                      if (body.length() > 0) {
                        request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
                      }
                      return request.send(body);
                    })
                .compose(
                    response ->
                        response.body().map(whole -> new Answer(response.statusCode(), whole)))
                .onSuccess(answered::complete)
                .onFailure(answered::completeExceptionally));
    return answered;
  }
}
