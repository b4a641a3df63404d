package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.report.MatrixShapeResults.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The matrix of the summary: a table and a reading for each shape. */
final class MatrixMarkdown {
  private static final Map<String, String> COLUMNS = columns();

  private MatrixMarkdown() {}

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("mutations_per_second", "mutations/s");
    columns.put("of_drain", "% of drain");
    columns.put("cpu_us_per_mutation", "CPU µs");
    columns.put("bucket_operations_per_mutation", "operations");
    columns.put("bytes_written_per_mutation", "bytes sent");
    columns.put("bytes_stored_per_mutation", "bytes stored");
    columns.put("cas_retries_per_update", "CAS retries per update");
    columns.put("bytes_per_entry", "bytes per entry");
    columns.put("bytes_per_entry_raw", "raw");
    columns.put("documents_per_entry", "documents per entry");
    columns.put("stored_entries_per_live_entry", "entries stored per live one, at rest");
    columns.put("stored_entries_per_live_entry_busy", "busy");
    columns.put("cold_read_entries_per_second", "cold entries/s");
    columns.put("cached_read_entries_per_second", "cached entries/s");
    columns.put("cache_hit_rate", "% cache hits of these");
    columns.put("operations_per_cold_read", "operations per cold read");
    return columns;
  }

  static void write(Report report, StringBuilder text) {
    for (MatrixShapeResults shape : MatrixShapeResults.of(report)) {
      text.append("\n## ").append(shape.title()).append(", ");
      text.append(Figures.number(shape.vbuckets())).append(" vbuckets\n\n");
      List<String> reading = MatrixReading.of(shape);
      reading.forEach(sentence -> text.append("- ").append(sentence).append('\n'));
      text.append(reading.isEmpty() ? "" : "\n");
      List<String> head = new ArrayList<>(List.of("layout", "compression"));
      List<String> columns =
          COLUMNS.keySet().stream()
              .filter(name -> shape.rows().stream().anyMatch(row -> row.metric(name).isPresent()))
              .toList();
      columns.forEach(name -> head.add(COLUMNS.get(name)));
      MarkdownTable.row(text, head);
      text.append("| --- | --- |").append(" ---: |".repeat(columns.size())).append('\n');
      for (Row row : shape.rows()) {
        List<String> cells = new ArrayList<>();
        cells.add(row.layout() + (row.isAgain() ? " (again)" : ""));
        cells.add(row.compression());
        columns.forEach(name -> cells.add(shown(row.metrics().get(name))));
        MarkdownTable.row(text, cells);
      }
    }
  }

  private static String shown(@Nullable Metric metric) {
    return metric == null ? "" : Figures.number(metric.value()) + Figures.spread(metric);
  }
}
