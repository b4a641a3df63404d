package io.channelindex.perf.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.perf.measure.Metric;

/**
 * The results for machines. Described by {@code results.schema.json} beside this class:
 *
 * <pre>
 * {"schema":1,"environment":{…},"results":[{"workload":"kv-get","target":"embedded",
 *  "parameters":{"vbuckets":64,…},"metrics":{"latency-p99":{"value":1.2,"unit":"ms"}},
 *  "checks":{"missing":0}}]}
 * </pre>
 */
final class ResultsJson {
  /** The version of the shape; a reader refuses those that it does not know. */
  static final int SCHEMA = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ResultsJson() {}

  static String write(Report report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("schema", SCHEMA);
    ObjectNode environment = root.putObject("environment");
    report.environment().facts().forEach(environment::putPOJO);
    var results = root.putArray("results");
    report.results().forEach(result -> results.add(result(result)));
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new ReportException("results cannot be written as JSON", e);
    }
  }

  private static ObjectNode result(Result result) {
    ObjectNode node = JSON.createObjectNode();
    node.put("workload", result.workload());
    node.put("target", result.target());
    ObjectNode parameters = node.putObject("parameters");
    parameters.put("vbuckets", result.vbuckets());
    result.outcome().parameters().forEach(parameters::putPOJO);
    ObjectNode metrics = node.putObject("metrics");
    result.outcome().metrics().forEach((name, metric) -> put(metrics, name, metric));
    ObjectNode checks = node.putObject("checks");
    result.outcome().checks().forEach(checks::put);
    return node;
  }

  /** A figure, as results and page have it. */
  static void put(ObjectNode metrics, String name, Metric metric) {
    ObjectNode node = metrics.putObject(name).put("value", metric.value());
    Metric.Spread spread = metric.spread();
    if (spread != null) {
      node.put("min", spread.min()).put("max", spread.max());
    }
    node.put("unit", metric.unit().symbol());
  }
}
