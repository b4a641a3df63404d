package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The results for people who read text: what a pull request or a terminal shows. */
final class SummaryMarkdown {
  private SummaryMarkdown() {}

  static String write(Report report) {
    StringBuilder text = new StringBuilder("# Performance\n\n");
    verdict(report, text);
    throughput(report, text);
    node(report, text);
    latency(report, text);
    tokens(report, text);
    clocks(report, text);
    placements(report, text);
    codecs(report, text);
    MatrixMarkdown.write(report, text);
    oneShot(report, text);
    goals(report, text);
    problems(report, text);
    text.append("\n## Environment\n\n| | |\n| --- | --- |\n");
    report
        .environment()
        .facts()
        .forEach((name, value) -> MarkdownTable.row(text, name, value.toString()));
    return text.toString();
  }

  private static void verdict(Report report, StringBuilder text) {
    long failed = report.failedChecks();
    text.append(
        failed == 0
            ? "All " + report.checks() + " checks hold.\n"
            : "**" + failed + " of " + report.checks() + " checks failed.**\n");
  }

  private static void throughput(Report report, StringBuilder text) {
    new MarkdownTable()
        .text("workload", Result::workload)
        .vbuckets()
        .number("rate", result -> Figures.of(metric(result, "throughput")))
        .metric("p10", "throughput-p10")
        .metric("p90", "throughput-p90")
        .write(text, "Throughput", measured(report, "throughput"));
  }

  /** What concerns the embedded node alone. */
  private static void node(Report report, StringBuilder text) {
    String share = "of-client-ceiling";
    String overhead = "overhead-per-document";
    new MarkdownTable()
        .text("workload", Result::workload)
        .vbuckets()
        .metric("% of what the client can take", share)
        .metric("bytes per document beside key and value", overhead)
        .write(text, "The node", measured(report, share, overhead));
  }

  private static void latency(Report report, StringBuilder text) {
    new MarkdownTable()
        .about("In milliseconds, from the time each operation was due.")
        .text("workload", Result::workload)
        .vbuckets()
        .metric("rate", "rate")
        .metric("p50", "latency-p50")
        .metric("p95", "latency-p95")
        .metric("p99", "latency-p99")
        .metric("p99.9", "latency-p99.9")
        .metric("max", "latency-max")
        .write(text, "Latency", measured(report, "latency-p50"));
  }

  private static void tokens(Report report, StringBuilder text) {
    new MarkdownTable()
        .text(
            "tokens",
            result ->
                String.valueOf(
                    result.outcome().parameters().getOrDefault("tokens", result.workload())))
        .vbuckets()
        .metric("characters", "token-mean")
        .metric("longest", "token-longest")
        .metric("operations per request", "token-operations")
        .metric("p50 ms", "latency-p50")
        .metric("p99 ms", "latency-p99")
        // Long polls only: other feeds send a token with one request.
        .write(text, "Tokens", measured(report, "token-operations"));
  }

  private static List<Result> cells(Report report, String parameter) {
    return report.results().stream()
        .filter(result -> result.outcome().parameters().containsKey(parameter))
        .toList();
  }

  /** The results that have any of some figures. */
  private static List<Result> measured(Report report, String... names) {
    return report.results().stream()
        .filter(result -> Arrays.stream(names).anyMatch(result.outcome().metrics()::containsKey))
        .toList();
  }

  private static Metric metric(Result result, String name) {
    return Objects.requireNonNull(result.outcome().metrics().get(name), name);
  }

  private static void placements(Report report, StringBuilder text) {
    List<Result> cells = cells(report, "placement");
    new MarkdownTable()
        .parameter("placement", "placement")
        .vbuckets()
        .metric("vbuckets of a read", "vbuckets_per_read")
        .metric("fullest, % of the mean", "fullest_vbucket")
        .metric("p50 ms", "read_p50")
        .metric("p99 ms", "read_p99")
        .write(text, "Placement", cells.stream().filter(cell -> !isOnServers(cell)).toList());
    placementsOnServers(cells.stream().filter(SummaryMarkdown::isOnServers).toList(), text);
  }

  private static boolean isOnServers(Result cell) {
    return cell.outcome().parameters().containsKey("servers");
  }

  private static void placementsOnServers(List<Result> cells, StringBuilder text) {
    String servers =
        cells.stream()
            .map(cell -> cell.outcome().parameters().get("servers"))
            .map(String::valueOf)
            .findFirst()
            .orElse("");
    new MarkdownTable()
        .parameter("placement", "placement")
        .vbuckets()
        .metric("servers of a read, of " + servers, "servers_per_read")
        .metric("documents of a read", "requests_per_read")
        .metric("p50 ms", "channel_p50")
        .metric("p50 ms, one server slow", "channel_p50_one_slow")
        .metric("spared, %", "spared")
        .write(text, "Servers asked for a channel", cells);
  }

  private static void clocks(Report report, StringBuilder text) {
    new MarkdownTable()
        .parameter("clock", "clock-strategy")
        .number("writers", cell -> String.valueOf(cell.outcome().parameters().get("writers")))
        .vbuckets()
        .metric("updates/s", "updates_per_second")
        .metric("retries per update", "cas_retries_per_update")
        .metric("operations", "operations_per_update")
        .metric("bytes sent", "bytes_sent_per_update")
        .metric("bytes written", "bytes_written_per_update")
        .metric("p50 ms", "update_p50")
        .metric("p99 ms", "update_p99")
        .write(text, "Clocks", cells(report, "clock-strategy"));
  }

  private static void codecs(Report report, StringBuilder text) {
    List<Result> results =
        report.results().stream().filter(result -> result.workload().equals("codecs")).toList();
    if (results.isEmpty()) {
      return;
    }
    text.append("\n## Codecs\n\n| clocks | vbuckets | codec | bytes | of the bound |");
    text.append(" encode ns | decode ns |\n");
    text.append("| --- | ---: | --- | ---: | ---: | ---: | ---: |\n");
    for (Result result : results) {
      Map<String, Metric> metrics = result.outcome().metrics();
      metrics.forEach(
          (name, encode) -> {
            String[] parts = name.split("\\.", -1);
            if (!parts[parts.length - 1].equals("encode")) {
              return;
            }
            String cell = parts[0] + "." + parts[1] + ".";
            Metric bytes = metrics.get(cell + "bytes");
            Metric bound = metrics.get(parts[0] + ".bound");
            MarkdownTable.row(
                text,
                parts[0],
                Figures.number(result.vbuckets()),
                parts[1],
                MarkdownTable.shown(bytes),
                bytes == null || bound == null ? "" : Figures.number(bytes.value() / bound.value()),
                MarkdownTable.shown(encode),
                MarkdownTable.shown(metrics.get(cell + "decode")));
          });
    }
  }

  private static void oneShot(Report report, StringBuilder text) {
    new MarkdownTable()
        .about("Milliseconds, median. What is asked again is the noise of the others.")
        .text("layout", SummaryMarkdown::layout)
        .vbuckets()
        .metric("over HTTP, cold", "http-cold")
        .metric("cached", "http-cached")
        .metric("% cache hits of these, cold", "http-cold-hit-rate")
        .metric("cached", "http-cached-hit-rate")
        .metric("wide channel, cold", "wide-cold")
        .metric("cached", "wide-cached")
        .metric("% cache hits of these", "wide-cached-hit-rate")
        .write(text, "One request", measured(report, "wide-cold"));
  }

  private static String layout(Result result) {
    Map<String, Object> parameters = result.outcome().parameters();
    return parameters.get("layout") + (parameters.containsKey("row") ? " (again)" : "");
  }

  private static void goals(Report report, StringBuilder text) {
    List<GoalCheck> goals = GoalCheck.of(report);
    if (goals.isEmpty()) {
      return;
    }
    text.append("\n## Goals\n\n| figure | found | goal | |\n| --- | ---: | ---: | --- |\n");
    for (GoalCheck goal : goals) {
      MarkdownTable.row(text, goal.about(), goal.found(), goal.goal(), goal.verdict().text());
    }
  }

  private static void problems(Report report, StringBuilder text) {
    if (report.failedChecks() == 0) {
      return;
    }
    text.append("\n## Failed checks\n\n| workload | vbuckets | check | violations | about |\n");
    text.append("| --- | ---: | --- | ---: | --- |\n");
    for (Result result : report.results()) {
      new TreeMap<>(result.outcome().checks())
          .forEach(
              (check, violations) -> {
                if (violations > 0) {
                  MarkdownTable.row(
                      text,
                      result.workload(),
                      Figures.number(result.vbuckets()),
                      check,
                      Figures.number(violations),
                      result.outcome().notes().getOrDefault(check, ""));
                }
              });
    }
  }
}
