package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Metric.Spread;
import io.channelindex.perf.report.MatrixShapeResults.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What the figures of one shape say, in sentences. A difference is named only if it is one: the
 * repetitions of the two do not overlap, and it is more than two rows of the same differ by, and
 * more than two in a hundred.
 */
final class MatrixReading {
  private static final double LEAST = 0.02;
  private static final String MUTATIONS = "mutations_per_second";
  private static final String BYTES = "bytes_per_entry";
  private static final String SENT = "bytes_written_per_mutation";
  private static final String STORED = "bytes_stored_per_mutation";
  private static final String IN_MEMORY = "in-memory";

  /** What is told of a layout, and in which words. */
  private static final Map<String, String> TOLD = told();

  private final MatrixShapeResults results;

  private MatrixReading(MatrixShapeResults results) {
    this.results = results;
  }

  private static Map<String, String> told() {
    Map<String, String> told = new LinkedHashMap<>();
    told.put(MUTATIONS, "mutations per second");
    told.put("cpu_us_per_mutation", "processor time per mutation");
    told.put("bucket_operations_per_mutation", "operations per mutation");
    told.put(SENT, "bytes sent per mutation");
    told.put(STORED, "bytes stored per mutation");
    told.put(BYTES, "bytes per entry");
    told.put("cold_read_entries_per_second", "cold reads");
    told.put("cached_read_entries_per_second", "cached reads");
    return told;
  }

  /** The sentences; none if there is only one variant. */
  static List<String> of(MatrixShapeResults results) {
    return new MatrixReading(results).sentences();
  }

  private List<String> sentences() {
    List<Row> rows = results.compared();
    List<String> sentences = new ArrayList<>();
    if (rows.size() > 1) {
      if (rows.stream().anyMatch(MatrixReading::isMeasuredAgain)) {
        best(rows, sentences);
        layouts(rows, sentences);
        sentAndStored(rows).ifPresent(sentences::add);
        compressions(rows, sentences);
      } else {
        sentences.add("Everything was measured once: no difference can be told from noise.");
      }
    }
    noise().ifPresent(sentences::add);
    return sentences;
  }

  private static boolean isMeasuredAgain(Row row) {
    return row.metrics().values().stream()
        .map(Metric::spread)
        .anyMatch(spread -> spread != null && spread.min() < spread.max());
  }

  /** Who is first where it counts most, and who else may be; the baseline does not compete. */
  private void best(List<Row> all, List<String> sentences) {
    List<Row> rows = all.stream().filter(row -> !row.layout().equals(IN_MEMORY)).toList();
    first(rows, MUTATIONS, "Fastest to write", -1).ifPresent(sentences::add);
    first(rows, BYTES, "Smallest", 1).ifPresent(sentences::add);
    first(rows, "cold_read_entries_per_second", "Fastest to read cold", -1)
        .ifPresent(sentences::add);
  }

  private Optional<String> first(List<Row> rows, String metric, String what, int sign) {
    List<Row> measured =
        rows.stream()
            .filter(row -> row.metric(metric).isPresent())
            .sorted(
                (left, right) ->
                    sign
                        * Double.compare(
                            left.metric(metric).orElseThrow().value(),
                            right.metric(metric).orElseThrow().value()))
            .toList();
    if (measured.size() < 2) {
      return Optional.empty();
    }
    Row winner = measured.get(0);
    List<String> equals =
        measured.stream()
            .skip(1)
            .filter(row -> ratio(row, winner, metric).isEmpty())
            .map(Row::name)
            .toList();
    String figure = Figures.of(winner.metric(metric).orElseThrow());
    return Optional.of(
        what
            + ": "
            + winner.name()
            + " ("
            + figure
            + (equals.isEmpty()
                ? ")."
                : "); within noise of it: " + String.join("; ", equals) + "."));
  }

  /** Each layout beside dense, or the first there is, with the same compression. */
  private void layouts(List<Row> rows, List<String> sentences) {
    String base = firstOf("dense").orElse(rows.get(0)).layout();
    for (String layout : rows.stream().map(Row::layout).distinct().toList()) {
      Optional<Row> first = firstOf(layout);
      Optional<Row> other =
          first.flatMap(row -> results.find(base, row.compression())).or(() -> firstOf(base));
      if (!layout.equals(base) && first.isPresent() && other.isPresent()) {
        sentences.add(sentence(first.get(), other.get()));
      }
    }
  }

  private Optional<Row> firstOf(String layout) {
    return results.compared().stream().filter(row -> row.layout().equals(layout)).findFirst();
  }

  private String sentence(Row row, Row base) {
    List<String> parts = new ArrayList<>();
    TOLD.forEach(
        (metric, words) ->
            ratio(row, base, metric).ifPresent(ratio -> parts.add(times(ratio) + " the " + words)));
    return row.name()
        + " beside "
        + base.name()
        + ": "
        + (parts.isEmpty() ? "no difference beyond noise" : String.join(", ", parts))
        + ".";
  }

  /** The orders of the layouts by what they send and by what is stored, if these differ. */
  private Optional<String> sentAndStored(List<Row> rows) {
    List<Row> first = new ArrayList<>();
    for (String layout : rows.stream().map(Row::layout).distinct().toList()) {
      firstOf(layout)
          .filter(row -> !layout.equals(IN_MEMORY))
          .filter(row -> row.metric(SENT).isPresent() && row.metric(STORED).isPresent())
          .ifPresent(first::add);
    }
    if (first.stream().noneMatch(row -> first.stream().anyMatch(other -> isOtherWay(row, other)))) {
      return Optional.empty();
    }
    return Optional.of(
        "Fewest bytes sent per mutation first: "
            + inOrderOf(first, SENT)
            + ". Fewest bytes stored first: "
            + inOrderOf(first, STORED)
            + ". An APPEND sends a frame, and has the whole document stored again.");
  }

  /** Whether one sends less than another, and has more stored. */
  private boolean isOtherWay(Row row, Row other) {
    return ratio(row, other, SENT).orElse(1) < 1 && ratio(row, other, STORED).orElse(1) > 1;
  }

  private static String inOrderOf(List<Row> rows, String metric) {
    return rows.stream()
        .sorted(Comparator.comparingDouble(row -> row.metric(metric).orElseThrow().value()))
        .map(row -> row.name() + " (" + Figures.of(row.metric(metric).orElseThrow()) + ")")
        .collect(Collectors.joining("; "));
  }

  /** Each compression beside none, over all layouts that have both. */
  private void compressions(List<Row> rows, List<String> sentences) {
    for (String compression : rows.stream().map(Row::compression).distinct().toList()) {
      List<Row> compressed =
          rows.stream()
              .filter(row -> row.compression().equals(compression))
              .filter(row -> results.find(row.layout(), "none").isPresent())
              .toList();
      if (!compression.equals("none") && !compressed.isEmpty()) {
        List<String> parts = new ArrayList<>();
        TOLD.forEach((metric, words) -> range(compressed, metric, words).ifPresent(parts::add));
        sentences.add(
            compression
                + " beside none, by layout: "
                + (parts.isEmpty() ? "no difference beyond noise" : String.join(", ", parts))
                + ".");
      }
    }
  }

  private Optional<String> range(List<Row> compressed, String metric, String words) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    List<String> layouts = new ArrayList<>();
    for (Row row : compressed) {
      Row plain = results.find(row.layout(), "none").orElseThrow();
      OptionalDouble ratio = ratio(row, plain, metric);
      if (ratio.isPresent()) {
        least = Math.min(least, ratio.getAsDouble());
        most = Math.max(most, ratio.getAsDouble());
        layouts.add(row.layout());
      }
    }
    if (layouts.isEmpty()) {
      return Optional.empty();
    }
    String where =
        layouts.size() == compressed.size() ? "" : " (" + String.join(", ", layouts) + ")";
    String low = number(least);
    String high = number(most);
    return Optional.of((low.equals(high) ? low : low + "–" + high) + " × the " + words + where);
  }

  /** One in terms of the other, if the two differ. */
  private OptionalDouble ratio(Row row, Row base, String metric) {
    Metric mine = row.metrics().get(metric);
    Metric theirs = base.metrics().get(metric);
    if (mine == null || theirs == null || theirs.value() == 0 || overlap(mine, theirs)) {
      return OptionalDouble.empty();
    }
    double ratio = mine.value() / theirs.value();
    double difference = Math.abs(ratio - 1);
    return difference <= Math.max(LEAST, results.noise(metric))
        ? OptionalDouble.empty()
        : OptionalDouble.of(ratio);
  }

  private static boolean overlap(Metric left, Metric right) {
    Spread one = left.spread();
    Spread other = right.spread();
    return one == null || other == null || (one.min() <= other.max() && other.min() <= one.max());
  }

  private Optional<String> noise() {
    List<String> parts = new ArrayList<>();
    TOLD.forEach(
        (metric, words) -> {
          double noise = results.noise(metric);
          if (noise > LEAST) {
            parts.add(Figures.number(100 * noise) + " % in " + words);
          }
        });
    boolean hasTwin = results.rows().stream().anyMatch(Row::isAgain);
    if (!hasTwin) {
      return Optional.empty();
    }
    String most = Figures.number(100 * LEAST) + " %";
    return Optional.of(
        "Two rows of the same differ by "
            + (parts.isEmpty() ? "less than " + most : String.join(", ", parts))
            + ": what is within that, or within the spread of the repetitions, is not named.");
  }

  private static String times(double ratio) {
    return number(ratio) + " ×";
  }

  private static String number(double ratio) {
    return String.format(Locale.ROOT, ratio >= 10 ? "%.0f" : "%.2f", ratio);
  }
}
