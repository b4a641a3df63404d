package io.channelindex.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.feed.PartitionStatus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /}, {@code /health}, {@code /ready} and {@code /metrics}: for those who run the server.
 */
final class OperationsRoutes {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final List<HostedDatabase> databases;
  private final PrometheusMeterRegistry registry;
  private final RequestsUnderWay underWay;
  private final String version;

  OperationsRoutes(
      List<HostedDatabase> databases,
      PrometheusMeterRegistry registry,
      RequestsUnderWay underWay,
      String version) {
    this.databases = databases;
    this.registry = registry;
    this.underWay = underWay;
    this.version = version;
  }

  void answer(Exchange exchange) {
    switch (exchange.route()) {
      case WELCOME -> exchange.json(200, welcome(exchange.port()));
      case HEALTH -> health(exchange);
      case READY -> ready(exchange);
      case METRICS -> metrics(exchange);
      case DATABASE, CHANGES, BULK_DOCS, DOCUMENT, USER, ROLE, NONE ->
          throw new IllegalStateException("no operation: route=" + exchange.route());
    }
  }

  private ObjectNode welcome(Port port) {
    ObjectNode welcome = JsonNodeFactory.instance.objectNode().put("couchdb", "Welcome");
    welcome.putObject("vendor").put("name", "Channel Index").put("version", version);
    welcome.put("version", version);
    if (port == Port.ADMIN) {
      welcome.put("ADMIN", true);
    }
    return welcome;
  }

  private void health(Exchange exchange) {
    boolean healthy = databases.stream().allMatch(OperationsRoutes::isHealthy);
    ObjectNode health = JsonNodeFactory.instance.objectNode();
    health.put("status", healthy ? "ok" : "degraded");
    ObjectNode each = health.putObject("databases");
    for (HostedDatabase database : databases) {
      describe(each.putObject(database.name()), database, exchange.port());
    }
    exchange.json(healthy ? 200 : 503, health);
  }

  private static boolean isHealthy(HostedDatabase database) {
    return isAvailable(database)
        && database.partitions().stream().noneMatch(OperationsRoutes::isStopped);
  }

  private static boolean isAvailable(HostedDatabase database) {
    return database.whyClosed().isEmpty() && database.isIndexAvailable();
  }

  private static boolean isStopped(PartitionStatus partition) {
    return partition.state() == PartitionStatus.State.BACKING_OFF;
  }

  private static void describe(ObjectNode json, HostedDatabase database, Port port) {
    Optional<String> closed = database.whyClosed();
    json.put("open", closed.isEmpty());
    json.put("index", isAvailable(database) ? "available" : "unavailable");
    if (closed.isPresent()) {
      if (port == Port.ADMIN) {
        json.put("reason", closed.get());
      }
      return;
    }
    Map<PartitionStatus.State, Integer> counts = new EnumMap<>(PartitionStatus.State.class);
    for (PartitionStatus partition : database.partitions()) {
      counts.merge(partition.state(), 1, Integer::sum);
    }
    ObjectNode partitions = json.putObject("partitions");
    counts.forEach((state, count) -> partitions.put(word(state), count));
    if (port == Port.ADMIN) {
      // Reasons carry names of hosts and buckets, which are not for everybody.
      describeStopped(json.putArray("stopped"), database);
    }
  }

  private static void describeStopped(ArrayNode json, HostedDatabase database) {
    for (PartitionStatus partition : database.partitions()) {
      if (isStopped(partition)) {
        json.addObject()
            .put("partition", partition.partition())
            .put("reason", partition.reason())
            .put("restarts", partition.restarts());
      }
    }
  }

  private static String word(PartitionStatus.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private void ready(Exchange exchange) {
    underWay.requireOpen();
    for (HostedDatabase database : databases) {
      if (!isAvailable(database)) {
        throw HttpProblem.unavailable("the index is not available: database=" + database.name());
      }
    }
    exchange.json(200, JsonNodeFactory.instance.objectNode().put("status", "ready"));
  }

  private void metrics(Exchange exchange) {
    // A scrape goes through every meter of the process: too long for an event loop.
    exchange
        .context()
        .executeBlocking(registry::scrape, false)
        .onComplete(
            text -> exchange.body(200, PROMETHEUS_TEXT, Buffer.buffer(text)), exchange::fail);
  }
}
