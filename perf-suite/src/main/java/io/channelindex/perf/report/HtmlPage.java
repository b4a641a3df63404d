package io.channelindex.perf.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The results for people who look: one page with everything in it, style, script, charts library
 * and data, so that it can be opened from a file, mailed and archived. It asks the network for
 * nothing.
 */
final class HtmlPage {
  private static final String CHART_JS =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";
  private static final ObjectMapper JSON = new ObjectMapper();

  private HtmlPage() {}

  static String write(Report report) {
    return Template.of(resource("report.html"))
        .put("style", resource("report.css"))
        .put("chart-library", withoutSourceMap(resource(CHART_JS)))
        .put("script", resource("report.js"))
        .put("data", embeddable(data(report)))
        .render();
  }

  /** A script element ends at the first {@code </}, whatever is around it. */
  private static String embeddable(String json) {
    return json.replace("</", "<\\/").replace("<!--", "<\\u0021--");
  }

  /** A browser's tools would look for the map on the network. */
  private static String withoutSourceMap(String script) {
    return script.replaceAll("(?m)^//# sourceMappingURL=.*$", "");
  }

  private static String data(Report report) {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode environment = root.putObject("environment");
    report.environment().facts().forEach(environment::putPOJO);
    ArrayNode results = root.putArray("results");
    report.results().forEach(result -> results.add(result(result)));
    ArrayNode goals = root.putArray("goals");
    GoalCheck.of(report)
        .forEach(
            goal ->
                goals
                    .addObject()
                    .put("about", goal.about())
                    .put("found", goal.found())
                    .put("goal", goal.goal())
                    .put("verdict", goal.verdict().text())
                    .put("reached", goal.verdict().isReached()));
    ArrayNode readings = root.putArray("matrix");
    MatrixShapeResults.of(report).forEach(shape -> readings.add(reading(shape)));
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new ReportException("data of the page cannot be written as JSON", e);
    }
  }

  private static ObjectNode result(Result result) {
    ObjectNode node = JSON.createObjectNode();
    node.put("workload", result.workload());
    node.put("description", result.description());
    node.put("target", result.target());
    node.put("vbuckets", result.vbuckets());
    ObjectNode parameters = node.putObject("parameters");
    result.outcome().parameters().forEach(parameters::putPOJO);
    ObjectNode metrics = node.putObject("metrics");
    result.outcome().metrics().forEach((name, metric) -> ResultsJson.put(metrics, name, metric));
    ObjectNode checks = node.putObject("checks");
    result.outcome().checks().forEach(checks::put);
    ObjectNode notes = node.putObject("notes");
    result.outcome().notes().forEach(notes::put);
    plots(result, node);
    return node;
  }

  /** What the results of a shape say; the figures are among the results. */
  private static ObjectNode reading(MatrixShapeResults shape) {
    ObjectNode node = JSON.createObjectNode();
    node.put("workload", shape.workload()).put("title", shape.title());
    node.put("shape", shape.shape()).put("vbuckets", shape.vbuckets());
    ArrayNode sentences = node.putArray("reading");
    MatrixReading.of(shape).forEach(sentences::add);
    return node;
  }

  private static void plots(Result result, ObjectNode node) {
    ObjectNode latencies = node.putObject("latencies");
    result
        .outcome()
        .latencies()
        .forEach(
            (name, latency) -> {
              ArrayNode points = latencies.putArray(name);
              latency
                  .points()
                  .forEach(point -> points.addArray().add(point.share()).add(point.milliseconds()));
            });
    ObjectNode timelines = node.putObject("timelines");
    result
        .outcome()
        .timelines()
        .forEach(
            (name, timeline) -> {
              ArrayNode points = timelines.putArray(name);
              timeline
                  .points()
                  .forEach(point -> points.addArray().add(point.seconds()).add(point.perSecond()));
            });
  }

  private static String resource(String name) {
    try (@Nullable InputStream stream = HtmlPage.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new ReportException("resource is missing: name=" + name, null);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
