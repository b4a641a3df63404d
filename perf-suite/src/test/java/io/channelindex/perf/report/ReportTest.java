package io.channelindex.perf.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.workload.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir private Path directory;

  private ReportDirectory written(Report report) {
    ReportDirectory written = new ReportDirectory(directory.resolve("report"));
    written.write(report);
    return written;
  }

  private String content(String name) throws IOException {
    return Files.readString(directory.resolve("report").resolve(name));
  }

  @Test
  void aReportThatWasWrittenIsSound() {
    assertThat(written(Reports.sound()).problems()).isEmpty();
  }

  @Test
  void theResultsHaveExactlyTheDocumentedShape() throws IOException {
    written(Reports.sound());
    JsonNode results = new ObjectMapper().readTree(content("results.json"));
    assertThat(results.fieldNames())
        .toIterable()
        .containsExactly("schema", "environment", "results");
    assertThat(results.get("schema").asInt()).isEqualTo(1);
    JsonNode result = results.get("results").get(0);
    assertThat(result.fieldNames())
        .toIterable()
        .containsExactly("workload", "target", "parameters", "metrics", "checks");
    assertThat(result.get("parameters").get("vbuckets").asInt()).isEqualTo(64);
    assertThat(result.get("metrics").get("latency-p99").fieldNames())
        .toIterable()
        .containsExactly("value", "unit");
    assertThat(result.get("metrics").get("latency-p99").get("unit").asText()).isEqualTo("ms");
    assertThat(result.get("checks").get("missing").asLong()).isZero();
  }

  @Test
  void codecsAndTokensHaveTheirSections() throws IOException {
    assertThat(written(Reports.withCodecsAndTokens()).problems()).isEmpty();
    JsonNode codecs = new ObjectMapper().readTree(content("results.json")).get("results").get(1);
    assertThat(codecs.get("metrics").get("uniform-100m.entropy.encode").get("unit").asText())
        .isEqualTo("ns");
    assertThat(content("summary.md"))
        .contains("## Codecs")
        .contains("| uniform-100m | 64 | entropy | 1,336 | 1.01 | 3,600 | 2,400 |")
        .contains("## Tokens")
        .contains("| relative | 64 | 40 | 64 | 0.010 |");
    assertThat(content("index.html"))
        .contains("id=\"codec-charts\"")
        .contains("id=\"token-table\"")
        .contains("\"uniform-100m.bound\":{\"value\":1323.0");
  }

  @Test
  void theMatrixHasATableAndAReadingForEachShape() throws IOException {
    assertThat(written(Reports.withMatrix()).problems()).isEmpty();
    JsonNode cell = new ObjectMapper().readTree(content("results.json")).get("results").get(2);
    assertThat(cell.get("parameters").get("layout").asText()).isEqualTo("dense");
    assertThat(cell.get("metrics").get("mutations_per_second").get("max").asDouble())
        .isEqualTo(10_200);
    assertThat(content("summary.md"))
        .contains("## Matrix: few-large, 64 vbuckets")
        .contains("- Fastest to write: log, none (30,000 mutations/s).")
        .contains("| log | none | 30,000 (29,000–31,000) |")
        .contains("| dense (again) | none | 11,000 (10,900–11,100) |")
        .contains(" bytes sent | bytes stored |");
    assertThat(content("index.html"))
        .contains(
            "\"matrix\":[{\"workload\":\"matrix\",\"title\":\"Matrix: few-large\",\"shape\":\"few-large\",\"vbuckets\":64,\"reading\":[\"Fastest")
        .contains("id=\"matrix\"");
  }

  @Test
  void goalsSayWhatWasFoundAndWhetherItIsEnough() throws IOException {
    assertThat(written(Reports.withOneShots()).problems()).isEmpty();
    assertThat(content("summary.md"))
        .contains("| dense | 1,024 | 30 | 15 | 0 | 100 | 60 | 4 | 99 |")
        .contains("| wide-cold, dense, 1,024 vbuckets | 60 ms | ≤ 50 ms | missed |")
        .contains("| wide-cached, dense, 1,024 vbuckets | 4 ms | ≤ 5 ms | reached |")
        .contains("| wide-cold, log, 1,024 vbuckets | 40 ms | ≤ 50 ms | reached |")
        .contains(
            "| http-cold, dense, 1,024 vbuckets | 30 ms, 1.50 × the in-memory baseline, ±25 % | ≤ 2 × |"
                + " reached |")
        .contains(
            "| http-cold, log, 1,024 vbuckets | 50 ms, 2.50 × the in-memory baseline, ±25 % | ≤ 2 × |"
                + " missed |")
        .contains("| in-memory (again) | 1,024 | 25 |")
        .doesNotContain("http-cold, in-memory");
    assertThat(content("index.html")).contains("\"goals\":[{\"about\":\"wide-cold, dense");
    Outcome small = Reports.asked("log", 1, 1, 1).parameter("wide-documents", 500).build();
    Result shortcut = new Result("one-shot", "Asked.", "embedded", 1_024, small);
    assertThat(GoalCheck.of(new Report(Reports.sound().environment(), List.of(shortcut))))
        .as("less is no way to reach a goal")
        .isEmpty();
    assertThat(GoalCheck.of(Reports.withMatrix()))
        .extracting(goal -> goal.verdict().isReached())
        .as("operations of log, with and without compression")
        .containsExactly(false, false);
    Outcome few = Reports.cell("log", "none", 1, 1, 1, 1).parameter("documents", 60_000).build();
    Result light = new Result("matrix", "Layouts.", "embedded", 64, few);
    assertThat(GoalCheck.of(new Report(Reports.sound().environment(), List.of(light))))
        .as("not at full load")
        .isEmpty();
  }

  @Test
  void entriesStoredAreAGoalOfEachLayoutAtRest() {
    List<Result> results = new ArrayList<>();
    for (String compression : List.of("none", "zstd")) {
      for (double stored : List.of(1.25, 1.75)) {
        Outcome outcome =
            Reports.cell(stored < 1.5 ? "dense" : "log", compression, 1, 1, 1, 1)
                .parameter("shape", "update-heavy")
                .metric("stored_entries_per_live_entry", new Metric(stored, Unit.ENTRIES_PER_ENTRY))
                .metric("stored_entries_per_live_entry_busy", new Metric(9, Unit.ENTRIES_PER_ENTRY))
                .build();
        results.add(new Result("matrix", "Layouts.", "embedded", 64, outcome));
      }
    }
    assertThat(GoalCheck.of(new Report(Reports.sound().environment(), results)))
        .containsExactly(
            new GoalCheck(
                "stored_entries_per_live_entry, dense, 64 vbuckets, none",
                "1.25 entries/entry at rest, 9 while busy",
                "≤ 1.50 entries/entry at rest",
                GoalCheck.Verdict.REACHED),
            new GoalCheck(
                "stored_entries_per_live_entry, log, 64 vbuckets, none",
                "1.75 entries/entry at rest, 9 while busy",
                "≤ 1.50 entries/entry at rest",
                GoalCheck.Verdict.MISSED));
  }

  @Test
  void fullLoadHasItsOwnTableAndGoals() throws IOException {
    Outcome cell =
        Reports.cell("log", "none", 9, 8, 10, 10)
            .metric("of_drain", Metric.median(List.of(40.0, 35.0, 45.0), Unit.PERCENT))
            .build();
    Report matrix = Reports.withMatrix();
    List<Result> results = new ArrayList<>(matrix.results());
    results.add(new Result("full-load", "Log.", "embedded", 64, cell));
    assertThat(written(new Report(matrix.environment(), results)).problems()).isEmpty();
    assertThat(content("summary.md"))
        .contains("## Matrix: few-large, 64 vbuckets")
        .contains("## Full load: few-large, 64 vbuckets")
        .contains(
            "| of_drain, log, 64 vbuckets, none, full-load | 40 % (35–45) | ≥ 30 % | reached |");
  }

  @Test
  void aGoalBetweenTheRepeatsOfAFigureIsSaidToBe() {
    assertThat(verdict(31, 36, 41)).isEqualTo(GoalCheck.Verdict.REACHED);
    assertThat(verdict(22, 35, 41)).isEqualTo(GoalCheck.Verdict.REACHED_MOSTLY);
    assertThat(verdict(19, 22, 39)).isEqualTo(GoalCheck.Verdict.MISSED_MOSTLY);
    assertThat(verdict(19, 22, 29)).isEqualTo(GoalCheck.Verdict.MISSED);
  }

  private static GoalCheck.Verdict verdict(double... shares) {
    List<Double> repeats = DoubleStream.of(shares).boxed().toList();
    Outcome outcome =
        Reports.cell("log", "none", 1, 1, 1, 10)
            .metric("of_drain", Metric.median(repeats, Unit.PERCENT))
            .build();
    Result result = new Result("matrix", "Layouts.", "embedded", 64, outcome);
    return GoalCheck.of(new Report(Reports.sound().environment(), List.of(result))).stream()
        .filter(goal -> goal.about().startsWith("of_drain"))
        .map(GoalCheck::verdict)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFailedCheckNamesItsCell() {
    Report report = Reports.withMatrix();
    Outcome wrong = Reports.cell("log", "none", 1, 1, 1, 1).check("missed", 2).build();
    Result result = new Result("matrix", "Layouts.", "embedded", 64, wrong);
    assertThat(written(new Report(report.environment(), List.of(result))).problems())
        .containsExactly(
            "check failed: workload=matrix, vbuckets=64, shape=few-large, layout=log,"
                + " compression=none, missed=2");
  }

  @Test
  void whatWasNotRunHasNoSectionInTheSummary() throws IOException {
    written(Reports.sound());
    assertThat(content("summary.md"))
        .doesNotContain("## Codecs")
        .doesNotContain("## Matrix")
        .doesNotContain("## Goals")
        .doesNotContain("## Tokens");
  }

  @Test
  void aFailedCheckIsAProblemAndNamedEverywhere() throws IOException {
    ReportDirectory report = written(Reports.withViolations("missed", 3));
    assertThat(report.problems())
        .containsExactly("check failed: workload=kv-get-latency, vbuckets=64, missed=3");
    assertThat(content("summary.md"))
        .contains("**1 of 2 checks failed.**")
        .contains("| kv-get-latency | 64 | missed | 3 | document=42 \\| odd |");
    assertThat(content("index.html")).contains("document=42 | odd");
  }

  @Test
  void thePageAsksTheNetworkForNothing() throws IOException {
    written(Reports.sound());
    String page = content("index.html");
    assertThat(page).doesNotContain("/*{").contains("new Chart(").contains("Chart.js v4");
    assertThat(page).doesNotContainPattern("<(script|link|img)[^>]+(src|href)=\"(?!data:)");
    assertThat(page).doesNotContain("sourceMappingURL").doesNotContain("@import");
  }

  @Test
  void whatIsInTheDataCannotBreakOutOfThePage() throws IOException {
    written(Reports.sound("</script><script>alert(1)</script><!--"));
    Matcher data =
        Pattern.compile("id=\"data\">(.*?)</script>", Pattern.DOTALL)
            .matcher(content("index.html"));
    assertThat(data.find()).isTrue();
    JsonNode parsed = new ObjectMapper().readTree(data.group(1));
    assertThat(parsed.get("environment").get("target-version").asText())
        .isEqualTo("</script><script>alert(1)</script><!--");
    assertThat(parsed.get("results").get(0).get("latencies").get("latency")).isNotEmpty();
  }

  @Test
  void rawFilesOfAnEarlierRunAreRemovedAndOthersAreNot() throws IOException {
    Path report = Files.createDirectories(directory.resolve("report"));
    Files.writeString(report.resolve("old-64-latency.hgrm"), "old");
    Files.writeString(report.resolve("old-64-throughput.csv"), "old");
    Files.writeString(report.resolve("notes.txt"), "mine");
    written(Reports.sound());
    assertThat(report.toFile().list())
        .containsExactlyInAnyOrder(
            "results.json",
            "summary.md",
            "index.html",
            "kv-get-latency-64-latency.hgrm",
            "kv-get-latency-64-throughput.csv",
            "notes.txt");
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    ReportDirectory report = written(Reports.sound());
    Files.delete(directory.resolve("report").resolve("summary.md"));
    assertThat(report.problems()).containsExactly("file is missing: name=summary.md");
    assertThat(new ReportDirectory(directory.resolve("nothing")).problems()).hasSize(3);
  }

  @Test
  void aTruncatedPercentileLogIsNotSound() throws IOException {
    ReportDirectory report = written(Reports.sound());
    Files.writeString(directory.resolve("report").resolve("kv-get-latency-64-latency.hgrm"), "V");
    assertThat(report.problems())
        .containsExactly(
            "percentile distribution is not whole: name=kv-get-latency-64-latency.hgrm");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    ReportDirectory report = new ReportDirectory(file.resolve("report"));
    assertThatThrownBy(() -> report.write(Reports.sound()))
        .isInstanceOf(ReportException.class)
        .hasMessageContaining("report cannot be written: directory=" + file.resolve("report"));
  }

  @Test
  void numbersHaveAsManyDigitsAsMeanSomething() {
    assertThat(List.of(162372.86, 99.95, 12.345, 1.2345, 0.01234, 0.0, 64.0))
        .extracting(Figures::number)
        .containsExactly("162,373", "100.0", "12.3", "1.23", "0.012", "0", "64");
  }
}
