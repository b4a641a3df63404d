package io.channelindex.perf.workload;

import io.channelindex.perf.indexing.IndexVariant;
import io.channelindex.perf.indexing.StoredSizes.Stored;
import io.channelindex.perf.indexing.Written;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A variant of the index on a shape, and what was measured of it so far. For one thread. */
final class MatrixCell {
  /**
   * What a document takes on a data service beside key and value: the metadata that it keeps in
   * memory for each (Couchbase Server, "Sizing guidelines": 56 bytes).
   */
  static final int DOCUMENT_OVERHEAD_BYTES = 56;

  private static final double MICROS = 1e3;

  /** Which row of a comparison a cell is. */
  enum Row {
    /** One of those that are compared. */
    CELL,
    /** The same as one of them, once more: how far the two differ is noise. */
    AGAIN
  }

  private final IndexVariant variant;
  private final Row row;
  private final Map<MatrixFigure, List<Double>> samples = new EnumMap<>(MatrixFigure.class);
  private MatrixVerdict verdict = MatrixVerdict.RIGHT;

  MatrixCell(IndexVariant variant, Row row) {
    this.variant = variant;
    this.row = row;
  }

  IndexVariant variant() {
    return variant;
  }

  Row row() {
    return row;
  }

  @Override
  public String toString() {
    return variant + (row == Row.AGAIN ? ", again" : "");
  }

  void add(MatrixFigure figure, double value) {
    samples.computeIfAbsent(figure, any -> new ArrayList<>()).add(value);
  }

  /** What it took to write it once. */
  void written(Written written) {
    double changes = written.changes();
    add(
        MatrixFigure.MUTATIONS_PER_SECOND,
        changes * Duration.ofSeconds(1).toNanos() / written.elapsed().toNanos());
    add(MatrixFigure.CPU_US_PER_MUTATION, written.cpu().toNanos() / MICROS / changes);
    if (!written.nodeCpu().isZero()) {
      add(MatrixFigure.NODE_CPU_US_PER_MUTATION, written.nodeCpu().toNanos() / MICROS / changes);
    }
    add(MatrixFigure.BUCKET_OPERATIONS_PER_MUTATION, written.operations() / changes);
    add(MatrixFigure.BYTES_WRITTEN_PER_MUTATION, written.bytes() / changes);
    add(MatrixFigure.BYTES_STORED_PER_MUTATION, written.storedBytes() / changes);
    add(
        MatrixFigure.CAS_RETRIES_PER_UPDATE,
        (double) written.casRetries() / Math.max(1, written.clockOperations()));
  }

  /**
   * What an index takes.
   *
   * @param documents in the index bucket
   * @param bytes of these with their overhead, or on the heap
   */
  record Size(long documents, long bytes) {
    static Size of(Stored stored) {
      return new Size(
          stored.documents(),
          stored.keyBytes() + stored.valueBytes() + DOCUMENT_OVERHEAD_BYTES * stored.documents());
    }
  }

  /** What it takes as the writers left it. */
  void raw(Size size, long entries) {
    add(MatrixFigure.BYTES_PER_ENTRY_RAW, (double) size.bytes() / entries);
  }

  /** What it takes compacted. */
  void compacted(Size size, long entries) {
    add(MatrixFigure.BYTES_PER_ENTRY, (double) size.bytes() / entries);
    add(MatrixFigure.DOCUMENTS_PER_ENTRY, (double) size.documents() / entries);
  }

  /** What somebody who read it has to say. */
  void judged(MatrixVerdict found) {
    verdict = verdict.plus(found);
  }

  /** Forgets what was measured, not what was wrong. */
  void forget() {
    samples.clear();
  }

  /**
   * By how many percent the figures of a cell differ from this one's, by name; by 100 if one of the
   * two is nothing.
   */
  Map<String, Metric> differences(MatrixCell other) {
    Map<String, Metric> differences = new LinkedHashMap<>();
    samples.forEach(
        (figure, measured) -> {
          double mine = Metric.median(measured, figure.unit()).value();
          List<Double> others = other.samples.getOrDefault(figure, List.of());
          if (!others.isEmpty()) {
            double theirs = Metric.median(others, figure.unit()).value();
            double percent =
                mine == theirs ? 0 : mine == 0 ? 100 : 100 * Math.abs(theirs / mine - 1);
            differences.put(figure.label(), new Metric(percent, Unit.PERCENT));
          }
        });
    return differences;
  }

  /** Puts what was measured and judged into an outcome. */
  void into(Outcome.Builder outcome) {
    outcome
        .parameter("layout", variant.layout())
        .parameter("compression", variant.compression())
        .parameter("bytes-are", variant.isInMemory() ? "heap" : "bucket");
    if (row == Row.AGAIN) {
      outcome.parameter("row", "a-a");
    }
    samples.forEach(
        (figure, measured) ->
            outcome.metric(figure.label(), Metric.median(measured, figure.unit())));
    outcome
        .check("missed", verdict.missed())
        .check("unexpected", verdict.unexpected())
        .check("stale", verdict.stale());
    if (!verdict.about().isEmpty()) {
      String check =
          verdict.missed() > 0 ? "missed" : verdict.unexpected() > 0 ? "unexpected" : "stale";
      outcome.note(check, this + ": " + verdict.about());
    }
  }
}
