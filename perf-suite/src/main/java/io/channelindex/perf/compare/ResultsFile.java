package io.channelindex.perf.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The results of a run, as {@code results.json} has them.
 *
 * @param file where they come from
 * @param cells what is compared
 * @param again of some of the cells the same once more: how far the two differ is noise
 */
record ResultsFile(Path file, SortedMap<Cell.Key, Cell> cells, Map<Cell.Key, Cell> again) {
  private static final int SCHEMA = 1;
  private static final String NAME = "results.json";
  private static final String ROW = "row";
  private static final String AGAIN = "a-a";

  /** What results once had among the parameters although it is found, and not given. */
  private static final String FOUND = "dictionary-bytes";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * Reads results.
   *
   * @param path a results file, or the directory of a report
   * @throws UnreadableResultsException if they cannot be read, or are of another version
   */
  static ResultsFile read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(NAME) : path;
    try {
      return parse(file, JSON.readTree(Files.readString(file)));
    } catch (JsonProcessingException e) {
      throw new UnreadableResultsException(
          "results are not JSON: file=" + file + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UnreadableResultsException("results cannot be read: file=" + file, e);
    }
  }

  private static ResultsFile parse(Path file, JsonNode root) {
    JsonNode version = root.path("schema");
    if (!version.isInt()) {
      throw malformed(file, "it does not say its schema");
    }
    if (version.asInt() != SCHEMA) {
      throw new UnreadableResultsException(
          "results of another version: file=" + file + ", schema=" + version + ", known=" + SCHEMA,
          null);
    }
    if (!root.path("results").isArray()) {
      throw malformed(file, "it has no list of results");
    }
    ResultsFile results = new ResultsFile(file, new TreeMap<>(), new TreeMap<>());
    for (JsonNode result : root.get("results")) {
      results.add(result);
    }
    return results;
  }

  private void add(JsonNode result) {
    if (!result.path("workload").isTextual() || !result.path("parameters").isObject()) {
      throw malformed(file, "a result has no workload or no parameters");
    }
    TreeMap<String, String> parameters = new TreeMap<>();
    result
        .get("parameters")
        .properties()
        .forEach(each -> parameters.put(each.getKey(), each.getValue().asText()));
    boolean isAgain = AGAIN.equals(parameters.remove(ROW));
    parameters.remove(FOUND);
    Cell.Key key =
        new Cell.Key(result.get("workload").asText(), result.path("target").asText(), parameters);
    Cell cell = new Cell(figures(key, result.path("metrics")), checks(result.path("checks")));
    if ((isAgain ? again : cells).put(key, cell) != null) {
      throw malformed(file, "a cell is there twice: " + key);
    }
  }

  private SortedMap<String, Figure> figures(Cell.Key key, JsonNode metrics) {
    TreeMap<String, Figure> figures = new TreeMap<>();
    metrics
        .properties()
        .forEach(each -> figures.put(each.getKey(), figure(key, each.getKey(), each.getValue())));
    // Of some rates there is no repetition, but how they were spread over the time measured.
    figures.replaceAll(
        (name, figure) -> {
          Figure low = figures.get(name + "-p10");
          Figure high = figures.get(name + "-p90");
          return low == null || high == null ? figure : figure.within(low.value(), high.value());
        });
    return figures;
  }

  private Figure figure(Cell.Key key, String name, JsonNode metric) {
    JsonNode value = metric.path("value");
    if (!value.isNumber() || !metric.path("unit").isTextual()) {
      throw malformed(file, "no figure: metric=" + name + " of " + key);
    }
    Figure point =
        new Figure(
            value.asDouble(), value.asDouble(), value.asDouble(), metric.get("unit").asText());
    return point.within(
        metric.path("min").asDouble(point.value()), metric.path("max").asDouble(point.value()));
  }

  private static Map<String, Long> checks(JsonNode checks) {
    Map<String, Long> violations = new TreeMap<>();
    checks.properties().forEach(each -> violations.put(each.getKey(), each.getValue().asLong()));
    return violations;
  }

  /**
   * How far, of 1, figures of a name differ in a workload where nothing differs; empty if it has no
   * two rows of the same.
   */
  OptionalDouble noise(String workload, String name) {
    OptionalDouble most = OptionalDouble.empty();
    for (Map.Entry<Cell.Key, Cell> twin : again.entrySet()) {
      Cell cell = cells.get(twin.getKey());
      Figure first = cell == null ? null : cell.figures().get(name);
      Figure second = twin.getValue().figures().get(name);
      if (twin.getKey().workload().equals(workload)
          && first != null
          && second != null
          && first.value() > 0) {
        double noise = Math.abs(second.value() / first.value() - 1);
        most = OptionalDouble.of(Math.max(most.orElse(0), noise));
      }
    }
    return most;
  }

  private static UnreadableResultsException malformed(Path file, String what) {
    return new UnreadableResultsException(
        "not the results of a run: file=" + file + ": " + what, null);
  }
}
