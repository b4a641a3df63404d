package io.channelindex.perf.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Judges a report by its files alone, as a script in a pipeline would. */
final class ReportCheck {
  private static final String SCHEMA = "results.schema.json";
  private static final List<String> FILES =
      List.of(ReportDirectory.RESULTS, ReportDirectory.SUMMARY, ReportDirectory.PAGE);

  private ReportCheck() {}

  static List<String> problems(Path directory) {
    List<String> problems = new ArrayList<>();
    for (String name : FILES) {
      if (!Files.isRegularFile(directory.resolve(name))) {
        problems.add("file is missing: name=" + name);
      }
    }
    if (!problems.isEmpty()) {
      return problems;
    }
    try {
      problems.addAll(resultProblems(Files.readString(directory.resolve(ReportDirectory.RESULTS))));
      problems.addAll(histogramProblems(directory));
    } catch (IOException e) {
      throw new ReportException("report cannot be read: directory=" + directory, e);
    }
    return problems;
  }

  static List<String> resultProblems(String json) {
    JsonNode results;
    try {
      results = new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      return List.of("results are not JSON: " + e.getOriginalMessage());
    }
    List<String> problems = new ArrayList<>();
    schema()
        .validate(results)
        .forEach(message -> problems.add("results do not follow the schema: " + message));
    if (problems.isEmpty()) {
      results.get("results").forEach(result -> failedChecks(result, problems));
    }
    return problems;
  }

  private static void failedChecks(JsonNode result, List<String> problems) {
    result
        .get("checks")
        .properties()
        .forEach(
            check -> {
              if (check.getValue().asLong() != 0) {
                problems.add(
                    "check failed: workload="
                        + result.get("workload").asText()
                        + ", vbuckets="
                        + result.get("parameters").get("vbuckets")
                        + cell(result.get("parameters"))
                        + ", "
                        + check.getKey()
                        + "="
                        + check.getValue());
              }
            });
  }

  /** Which cell of the matrix; nothing where there are none. */
  private static String cell(JsonNode parameters) {
    StringBuilder cell = new StringBuilder();
    for (String name : List.of("shape", "layout", "compression", "row")) {
      if (parameters.has(name)) {
        cell.append(", ").append(name).append('=').append(parameters.get(name).asText());
      }
    }
    return cell.toString();
  }

  private static List<String> histogramProblems(Path directory) throws IOException {
    List<String> problems = new ArrayList<>();
    List<Path> histograms;
    try (Stream<Path> files = Files.list(directory)) {
      histograms = files.filter(file -> file.toString().endsWith(".hgrm")).toList();
    }
    for (Path file : histograms) {
      if (!Files.readString(file).contains("#[Mean")) {
        problems.add("percentile distribution is not whole: name=" + file.getFileName());
      }
    }
    return problems;
  }

  private static JsonSchema schema() {
    InputStream schema =
        Objects.requireNonNull(ReportCheck.class.getResourceAsStream(SCHEMA), SCHEMA);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
  }
}
