package io.channelindex.server.http;

import io.channelindex.index.principals.PrincipalName.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a request is for and who answers it.
 *
 * <p>Done here and not by a router of a library, because those decode and normalize paths before
 * they match them, and a document id may be anything.
 *
 * <p>Thread-safe.
 */
final class RequestDispatcher {
  private final Map<String, HostedDatabase> databases;
  private final HttpSettings settings;
  private final OperationsRoutes operations;
  private final DatabaseRoutes database;
  private final DocumentRoutes documents;
  private final BulkRoute bulk;
  private final ChangesRoute changes;
  private final RequestsUnderWay underWay;
  private final FrontMeters meters;
  private final JsonInput json;

  RequestDispatcher(
      List<HostedDatabase> databases,
      HttpSettings settings,
      OperationsRoutes operations,
      ChangesRoute changes,
      RequestsUnderWay underWay,
      FrontMeters meters) {
    this.databases =
        databases.stream().collect(Collectors.toUnmodifiableMap(HostedDatabase::name, d -> d));
    this.settings = settings;
    this.operations = operations;
    this.changes = changes;
    this.underWay = underWay;
    this.meters = meters;
    this.json = new JsonInput(settings.requests());
    DocumentWriter writer = new DocumentWriter(meters);
    this.database = new DatabaseRoutes(writer);
    this.documents = new DocumentRoutes(writer);
    this.bulk = new BulkRoute(writer, settings.requests().maxBulkDocuments());
  }

  /** Answers a request, on its own context. */
  void handle(Vertx vertx, Port port, HttpServerRequest request) {
    Exchange exchange =
        new Exchange(request, port, vertx.getOrCreateContext(), settings, json, this::ended);
    underWay.begin();
    exchange.guarded(() -> dispatch(exchange));
  }

  /** Answers a request that could not even be decoded. */
  void refuse(Vertx vertx, Port port, HttpServerRequest request) {
    Exchange exchange =
        new Exchange(request, port, vertx.getOrCreateContext(), settings, json, this::ended);
    underWay.begin();
    exchange.fail(Undecodable.problem(request.decoderResult().cause(), settings.requests()));
  }

  private void ended(Exchange exchange) {
    meters.answered(exchange.port(), exchange.route(), exchange.sentStatus(), exchange.age());
    underWay.end();
  }

  private void dispatch(Exchange exchange) {
    List<String> path = PathSegments.of(exchange.request().path());
    String first = path.isEmpty() ? "" : path.get(0);
    Route operation = path.size() > 1 ? null : operation(first, exchange.port());
    if (operation != null) {
      exchange.route(operation);
      requireMethod(exchange, operation);
      operations.answer(exchange);
      return;
    }
    underWay.requireOpen();
    HostedDatabase hosted = databases.get(first);
    if (hosted == null) {
      throw HttpProblem.notFound("no such database: name=" + HttpProblem.quote(first));
    }
    if (hosted.whyClosed().isPresent()) {
      // The reason names hosts and buckets: it is in the log and on the admin port's health.
      throw HttpProblem.unavailable("the database is not open yet: name=" + hosted.name());
    }
    answer(exchange, hosted, path);
  }

  private void answer(Exchange exchange, HostedDatabase hosted, List<String> path) {
    Route route = path.size() == 1 ? Route.DATABASE : within(path, exchange);
    exchange.route(route);
    requireMethod(exchange, route);
    switch (route) {
      case DATABASE -> database.answer(exchange, hosted);
      case CHANGES -> changes.answer(exchange, hosted);
      case BULK_DOCS -> bulk.answer(exchange, hosted);
      case DOCUMENT -> documents.answer(exchange, hosted, path.get(1));
      case USER -> PrincipalRoutes.answer(exchange, hosted, Kind.USER, path.get(2));
      case ROLE -> PrincipalRoutes.answer(exchange, hosted, Kind.ROLE, path.get(2));
      case WELCOME, HEALTH, READY, METRICS, NONE ->
          throw new IllegalStateException("not of a database: route=" + route);
    }
  }

  private static @Nullable Route operation(String name, Port port) {
    return switch (name) {
      case "" -> Route.WELCOME;
      case "health" -> Route.HEALTH;
      case "ready" -> port == Port.ADMIN ? Route.READY : null;
      case "metrics" -> port == Port.ADMIN ? Route.METRICS : null;
      default -> null;
    };
  }

  private static Route within(List<String> path, Exchange exchange) {
    String name = path.get(1);
    if (name.startsWith("_")) {
      return special(path, name, exchange);
    }
    if (path.size() > 2) {
      throw HttpProblem.notFound("no such resource; a slash in a document id is written %2F");
    }
    return Route.DOCUMENT;
  }

  private static Route special(List<String> path, String name, Exchange exchange) {
    if (path.size() == 3 && exchange.port() == Port.ADMIN) {
      if (name.equals("_user")) {
        return Route.USER;
      }
      if (name.equals("_role")) {
        return Route.ROLE;
      }
    }
    if (path.size() == 2 && name.equals("_changes")) {
      return Route.CHANGES;
    }
    if (path.size() == 2 && name.equals("_bulk_docs")) {
      return Route.BULK_DOCS;
    }
    if (exchange.method().equals(HttpMethod.PUT)) {
      throw new HttpProblem(
          400,
          "illegal_docid",
          "ids that begin with an underscore are reserved, and none of them can be written here:"
              + " id="
              + HttpProblem.quote(name));
    }
    throw HttpProblem.notFound("no such resource: name=" + HttpProblem.quote(name));
  }

  private static void requireMethod(Exchange exchange, Route route) {
    if (!route.methods().contains(exchange.method())) {
      String allowed =
          route.methods().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
      exchange.response().putHeader(HttpHeaders.ALLOW, allowed);
      throw new HttpProblem(405, "method_not_allowed", "allowed methods: " + allowed);
    }
  }
}
