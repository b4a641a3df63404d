package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variants of the index on one shape, as the report shows them.
 *
 * @param workload of which
 * @param shape the shape's name
 * @param vbuckets how many vbuckets the target has
 * @param rows in the order in which they ran; at least one
 */
record MatrixShapeResults(String workload, String shape, int vbuckets, List<Row> rows) {
  /** The workloads that have such cells, and what the report calls them. */
  private static final Map<String, String> WORKLOADS =
      Map.of("matrix", "Matrix", "full-load", "Full load");

  private static final String AGAIN = "a-a";

  /**
   * A variant.
   *
   * @param layout the name of its layout
   * @param compression the name of its compression
   * @param isAgain whether it is one of the others once more
   * @param metrics what was measured
   */
  record Row(String layout, String compression, boolean isAgain, Map<String, Metric> metrics) {
    String name() {
      return layout + ", " + compression + (isAgain ? ", again" : "");
    }

    Optional<Metric> metric(String name) {
      return Optional.ofNullable(metrics.get(name));
    }
  }

  MatrixShapeResults {
    rows = List.copyOf(rows);
  }

  /** All shapes of a report, in their order; none if it has no matrix. */
  static List<MatrixShapeResults> of(Report report) {
    Map<String, MatrixShapeResults> shapes = new LinkedHashMap<>();
    for (Result result : report.results()) {
      Map<String, Object> parameters = result.outcome().parameters();
      Object shape = parameters.get("shape");
      if (WORKLOADS.containsKey(result.workload()) && shape != null) {
        Row row =
            new Row(
                String.valueOf(parameters.get("layout")),
                String.valueOf(parameters.get("compression")),
                AGAIN.equals(parameters.get("row")),
                result.outcome().metrics());
        shapes.merge(
            result.workload() + " " + shape + " " + result.vbuckets(),
            new MatrixShapeResults(
                result.workload(), shape.toString(), result.vbuckets(), List.of(row)),
            MatrixShapeResults::plus);
      }
    }
    return List.copyOf(shapes.values());
  }

  private MatrixShapeResults plus(MatrixShapeResults other) {
    List<Row> all = new ArrayList<>(rows);
    all.addAll(other.rows);
    return new MatrixShapeResults(workload, shape, vbuckets, all);
  }

  /** The shape, and of which workload, for a heading. */
  String title() {
    return WORKLOADS.get(workload) + ": " + shape;
  }

  /** Those that are compared. */
  List<Row> compared() {
    return rows.stream().filter(row -> !row.isAgain()).toList();
  }

  Optional<Row> find(String layout, String compression) {
    return compared().stream()
        .filter(row -> row.layout().equals(layout) && row.compression().equals(compression))
        .findFirst();
  }

  /** How far, of 1, a figure differs between two rows of the same; 0 if there are none. */
  double noise(String metric) {
    double most = 0;
    for (Row again : rows) {
      Optional<Metric> second = again.isAgain() ? again.metric(metric) : Optional.empty();
      Optional<Metric> first =
          find(again.layout(), again.compression()).flatMap(row -> row.metric(metric));
      if (second.isPresent() && first.isPresent() && first.get().value() > 0) {
        most = Math.max(most, Math.abs(second.get().value() / first.get().value() - 1));
      }
    }
    return most;
  }
}
