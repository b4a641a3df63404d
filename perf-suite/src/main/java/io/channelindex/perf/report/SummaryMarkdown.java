package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
    report.environment().facts().forEach((name, value) -> row(text, name, value.toString()));
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
    text.append("\n## Throughput\n\n| workload | vbuckets | rate | p10 | p90 |\n");
    text.append("| --- | ---: | ---: | ---: | ---: |\n");
    for (Result result : report.results()) {
      Map<String, Metric> metrics = result.outcome().metrics();
      Metric rate = metrics.get("throughput");
      if (rate != null) {
        row(
            text,
            result.workload(),
            Figures.number(result.vbuckets()),
            Figures.of(rate),
            shown(metrics.get("throughput-p10")),
            shown(metrics.get("throughput-p90")));
      }
    }
  }

  /** What concerns the embedded node alone. */
  private static void node(Report report, StringBuilder text) {
    String share = "of-client-ceiling";
    String overhead = "overhead-per-document";
    List<Result> results =
        report.results().stream()
            .filter(
                result ->
                    result.outcome().metrics().containsKey(share)
                        || result.outcome().metrics().containsKey(overhead))
            .toList();
    if (results.isEmpty()) {
      return;
    }
    text.append("\n## The node\n\n| workload | vbuckets | % of what the client can take |");
    text.append(" bytes per document beside key and value |\n| --- | ---: | ---: | ---: |\n");
    for (Result result : results) {
      Map<String, Metric> metrics = result.outcome().metrics();
      row(
          text,
          result.workload(),
          Figures.number(result.vbuckets()),
          shown(metrics.get(share)),
          shown(metrics.get(overhead)));
    }
  }

  private static void latency(Report report, StringBuilder text) {
    text.append("\n## Latency\n\nIn milliseconds, from the time each operation was due.\n\n");
    text.append("| workload | vbuckets | rate | p50 | p95 | p99 | p99.9 | max |\n");
    text.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (Result result : report.results()) {
      Map<String, Metric> metrics = result.outcome().metrics();
      if (metrics.containsKey("latency-p50")) {
        row(
            text,
            result.workload(),
            Figures.number(result.vbuckets()),
            shown(metrics.get("rate")),
            shown(metrics.get("latency-p50")),
            shown(metrics.get("latency-p95")),
            shown(metrics.get("latency-p99")),
            shown(metrics.get("latency-p99.9")),
            shown(metrics.get("latency-max")));
      }
    }
  }

  private static void tokens(Report report, StringBuilder text) {
    List<Result> results =
        report.results().stream()
            // Long polls only: other feeds send a token with one request.
            .filter(result -> result.outcome().metrics().containsKey("token-operations"))
            .toList();
    if (results.isEmpty()) {
      return;
    }
    text.append("\n## Tokens\n\n| tokens | vbuckets | characters | longest |");
    text.append(" operations per request | p50 ms | p99 ms |\n");
    text.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (Result result : results) {
      Map<String, Metric> metrics = result.outcome().metrics();
      row(
          text,
          String.valueOf(result.outcome().parameters().getOrDefault("tokens", result.workload())),
          Figures.number(result.vbuckets()),
          shown(metrics.get("token-mean")),
          shown(metrics.get("token-longest")),
          shown(metrics.get("token-operations")),
          shown(metrics.get("latency-p50")),
          shown(metrics.get("latency-p99")));
    }
  }

  private static List<Result> cells(Report report, String parameter) {
    return report.results().stream()
        .filter(result -> result.outcome().parameters().containsKey(parameter))
        .toList();
  }

  private static void placements(Report report, StringBuilder text) {
    List<Result> cells = cells(report, "placement");
    placementsInVbuckets(cells.stream().filter(cell -> !isOnServers(cell)).toList(), text);
    placementsOnServers(cells.stream().filter(SummaryMarkdown::isOnServers).toList(), text);
  }

  private static boolean isOnServers(Result cell) {
    return cell.outcome().parameters().containsKey("servers");
  }

  private static void placementsInVbuckets(List<Result> cells, StringBuilder text) {
    if (cells.isEmpty()) {
      return;
    }
    text.append("\n## Placement\n\n| placement | vbuckets | vbuckets of a read |");
    text.append(" fullest, % of the mean | p50 ms | p99 ms |\n");
    text.append("| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (Result cell : cells) {
      Map<String, Metric> metrics = cell.outcome().metrics();
      row(
          text,
          String.valueOf(cell.outcome().parameters().get("placement")),
          Figures.number(cell.vbuckets()),
          shown(metrics.get("vbuckets_per_read")),
          shown(metrics.get("fullest_vbucket")),
          shown(metrics.get("read_p50")),
          shown(metrics.get("read_p99")));
    }
  }

  private static void placementsOnServers(List<Result> cells, StringBuilder text) {
    if (cells.isEmpty()) {
      return;
    }
    text.append("\n## Servers asked for a channel\n\n| placement | vbuckets |");
    text.append(" servers of a read, of ")
        .append(cells.get(0).outcome().parameters().get("servers"))
        .append(" | documents of a read | p50 ms | p50 ms, one server slow | spared, % |\n");
    text.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (Result cell : cells) {
      Map<String, Metric> metrics = cell.outcome().metrics();
      row(
          text,
          String.valueOf(cell.outcome().parameters().get("placement")),
          Figures.number(cell.vbuckets()),
          shown(metrics.get("servers_per_read")),
          shown(metrics.get("requests_per_read")),
          shown(metrics.get("channel_p50")),
          shown(metrics.get("channel_p50_one_slow")),
          shown(metrics.get("spared")));
    }
  }

  private static void clocks(Report report, StringBuilder text) {
    List<Result> cells = cells(report, "clock-strategy");
    if (cells.isEmpty()) {
      return;
    }
    text.append("\n## Clocks\n\n| clock | writers | vbuckets | updates/s | retries per update |");
    text.append(" operations | bytes sent | bytes written | p50 ms | p99 ms |\n");
    text.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (Result cell : cells) {
      Map<String, Metric> metrics = cell.outcome().metrics();
      row(
          text,
          String.valueOf(cell.outcome().parameters().get("clock-strategy")),
          String.valueOf(cell.outcome().parameters().get("writers")),
          Figures.number(cell.vbuckets()),
          shown(metrics.get("updates_per_second")),
          shown(metrics.get("cas_retries_per_update")),
          shown(metrics.get("operations_per_update")),
          shown(metrics.get("bytes_sent_per_update")),
          shown(metrics.get("bytes_written_per_update")),
          shown(metrics.get("update_p50")),
          shown(metrics.get("update_p99")));
    }
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
            row(
                text,
                parts[0],
                Figures.number(result.vbuckets()),
                parts[1],
                shown(bytes),
                bytes == null || bound == null ? "" : Figures.number(bytes.value() / bound.value()),
                shown(encode),
                shown(metrics.get(cell + "decode")));
          });
    }
  }

  private static void oneShot(Report report, StringBuilder text) {
    List<Result> results =
        report.results().stream()
            .filter(result -> result.outcome().metrics().containsKey("wide-cold"))
            .toList();
    if (results.isEmpty()) {
      return;
    }
    text.append("\n## One request\n\nMilliseconds, median.\n\n| layout | vbuckets |");
    text.append(" over HTTP, cold | cached | % cache hits of these, cold | cached |");
    text.append(" wide channel, cold | cached | % cache hits of these |\n");
    text.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (Result result : results) {
      Map<String, Metric> metrics = result.outcome().metrics();
      row(
          text,
          String.valueOf(result.outcome().parameters().get("layout")),
          Figures.number(result.vbuckets()),
          shown(metrics.get("http-cold")),
          shown(metrics.get("http-cached")),
          shown(metrics.get("http-cold-hit-rate")),
          shown(metrics.get("http-cached-hit-rate")),
          shown(metrics.get("wide-cold")),
          shown(metrics.get("wide-cached")),
          shown(metrics.get("wide-cached-hit-rate")));
    }
  }

  private static void goals(Report report, StringBuilder text) {
    List<GoalCheck> goals = GoalCheck.of(report);
    if (goals.isEmpty()) {
      return;
    }
    text.append("\n## Goals\n\n| figure | found | goal | |\n| --- | ---: | ---: | --- |\n");
    for (GoalCheck goal : goals) {
      row(text, goal.about(), goal.found(), goal.goal(), goal.verdict().text());
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
                  row(
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

  private static String shown(@Nullable Metric metric) {
    return metric == null ? "" : Figures.number(metric.value());
  }

  /** A row of a table; nothing in a cell can end it. */
  static void row(StringBuilder text, String... cells) {
    List<String> escaped =
        Arrays.stream(cells).map(cell -> cell.replace("|", "\\|").replace("\n", " ")).toList();
    text.append("| ").append(String.join(" | ", escaped)).append(" |\n");
  }
}
