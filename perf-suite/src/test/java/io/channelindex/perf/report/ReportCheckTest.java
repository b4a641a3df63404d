package io.channelindex.perf.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReportCheckTest {
  private static ObjectNode results() throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(ResultsJson.write(Reports.sound()));
  }

  private static ObjectNode first(JsonNode results) {
    return (ObjectNode) results.get("results").get(0);
  }

  private static Arguments damage(String what, Consumer<ObjectNode> change) {
    return Arguments.of(what, change);
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage("another version", all -> all.put("schema", 2)),
        damage("no version", all -> all.remove("schema")),
        damage("no environment", all -> all.remove("environment")),
        damage("no results at all", all -> all.putArray("results")),
        damage("a field too many", all -> all.put("more", 1)),
        damage("a date of another kind", all -> environment(all).put("date", "yesterday")),
        damage("no seed", all -> environment(all).remove("seed")),
        damage("half a core", all -> environment(all).put("cores", 0.5)),
        damage("a nested fact", all -> environment(all).putObject("more")),
        damage("a target of no known kind", all -> first(all).put("target", "moon")),
        damage("a name that is none", all -> first(all).put("workload", "KV Get")),
        damage("no vbuckets", all -> node(all, "parameters").remove("vbuckets")),
        damage("too many vbuckets", all -> node(all, "parameters").put("vbuckets", 2048)),
        damage("a bare number", all -> node(all, "metrics").put("p50", 1.5)),
        damage("no unit", all -> metric(all).remove("unit")),
        damage("a unit of no known kind", all -> metric(all).put("unit", "furlongs")),
        damage("no value", all -> metric(all).putNull("value")),
        damage("no checks", all -> node(all, "checks").removeAll()),
        damage("a check that is no number", all -> node(all, "checks").put("missed", "0")),
        damage("a check below zero", all -> node(all, "checks").put("missed", -1)),
        damage("half a violation", all -> node(all, "checks").put("missed", 0.5)));
  }

  private static ObjectNode environment(JsonNode all) {
    return (ObjectNode) all.get("environment");
  }

  private static ObjectNode node(JsonNode all, String name) {
    return (ObjectNode) first(all).get(name);
  }

  private static ObjectNode metric(JsonNode all) {
    return (ObjectNode) node(all, "metrics").get("throughput");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void theSchemaRefuses(String what, Consumer<ObjectNode> change) throws Exception {
    ObjectNode results = results();
    assertThat(ReportCheck.resultProblems(results.toString())).isEmpty();
    change.accept(results);
    assertThat(ReportCheck.resultProblems(results.toString()))
        .as(what)
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem).startsWith("results do not follow the schema"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"schema\":1", "not json", "\"\u0000\""})
  void whatIsNotJsonIsSaidToBeNone(String text) {
    assertThat(ReportCheck.resultProblems(text))
        .singleElement()
        .asString()
        .startsWith("results are not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "1"})
  void jsonOfAnotherShapeIsRefused(String text) {
    assertThat(ReportCheck.resultProblems(text)).isNotEmpty();
  }

  @Test
  void everyFailedCheckIsAProblem() throws Exception {
    ObjectNode results = results();
    node(results, "checks").put("missed", 2).put("unexpected", 1);
    assertThat(ReportCheck.resultProblems(results.toString()))
        .containsExactly(
            "check failed: workload=kv-get-latency, vbuckets=64, missed=2",
            "check failed: workload=kv-get-latency, vbuckets=64, unexpected=1");
  }
}
