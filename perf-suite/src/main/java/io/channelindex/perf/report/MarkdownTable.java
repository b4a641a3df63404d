package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table of results in Markdown, one in each row. For one thread. */
final class MarkdownTable {
  private static final String TEXT = "---";
  private static final String NUMBER = "---:";

  private final List<Column> columns = new ArrayList<>();
  private String about = "";

  private record Column(String head, String line, Function<Result, String> cell) {}

  /** What is said before it. */
  MarkdownTable about(String sentence) {
    about = sentence + "\n\n";
    return this;
  }

  /** A column of text. */
  MarkdownTable text(String head, Function<Result, String> cell) {
    columns.add(new Column(head, TEXT, cell));
    return this;
  }

  /** A column of what was given. */
  MarkdownTable parameter(String head, String name) {
    return text(head, result -> String.valueOf(result.outcome().parameters().get(name)));
  }

  /** A column of numbers. */
  MarkdownTable number(String head, Function<Result, String> cell) {
    columns.add(new Column(head, NUMBER, cell));
    return this;
  }

  /** The column that says how many vbuckets there are. */
  MarkdownTable vbuckets() {
    return number("vbuckets", result -> Figures.number(result.vbuckets()));
  }

  /** A column of what was measured, without its unit; empty where it was not. */
  MarkdownTable metric(String head, String name) {
    return number(head, result -> shown(result.outcome().metrics().get(name)));
  }

  /** Writes it below a heading; nothing at all of no results. */
  void write(StringBuilder text, String heading, List<Result> results) {
    if (results.isEmpty()) {
      return;
    }
    text.append("\n## ").append(heading).append("\n\n").append(about);
    row(text, columns.stream().map(Column::head).toList());
    row(text, columns.stream().map(Column::line).toList());
    for (Result result : results) {
      row(text, columns.stream().map(column -> column.cell().apply(result)).toList());
    }
  }

  /** A row of a table; nothing in a cell can end it. */
  static void row(StringBuilder text, String... cells) {
    row(text, Arrays.asList(cells));
  }

  static void row(StringBuilder text, List<String> cells) {
    text.append(
        cells.stream()
            .map(cell -> cell.replace("|", "\\|").replace("\n", " "))
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  static String shown(@Nullable Metric metric) {
    return metric == null ? "" : Figures.number(metric.value());
  }
}
