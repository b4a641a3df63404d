package io.channelindex.perf.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.report.MatrixShapeResults.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MatrixReadingTest {
  private final List<Row> rows = new ArrayList<>();

  private MatrixReadingTest row(String layout, String compression, double... rates) {
    return row(layout, compression, false, rates);
  }

  private MatrixReadingTest row(
      String layout, String compression, boolean isAgain, double... rates) {
    List<Double> measured = new ArrayList<>();
    for (double rate : rates) {
      measured.add(rate);
    }
    Metric metric = Metric.median(measured, Unit.MUTATIONS_PER_SECOND);
    rows.add(new Row(layout, compression, isAgain, Map.of("mutations_per_second", metric)));
    return this;
  }

  private void bytes(String layout, double sent, double stored) {
    rows.add(
        new Row(
            layout,
            "none",
            false,
            Map.of(
                "mutations_per_second",
                Metric.median(List.of(99.0, 100.0, 101.0), Unit.MUTATIONS_PER_SECOND),
                "bytes_written_per_mutation",
                Metric.median(List.of(sent, sent), Unit.BYTES_PER_MUTATION),
                "bytes_stored_per_mutation",
                Metric.median(List.of(stored, stored), Unit.BYTES_PER_MUTATION))));
  }

  @Test
  void whoSendsLittleAndHasMuchStoredIsNamed() {
    bytes("dense", 200, 210);
    bytes("log", 80, 320);
    bytes("hybrid", 300, 310);
    bytes("in-memory", 0, 0);
    assertThat(reading())
        .contains(
            "Fewest bytes sent per mutation first: log, none (80 bytes/mutation); dense, none (200"
                + " bytes/mutation); hybrid, none (300 bytes/mutation). Fewest bytes stored first:"
                + " dense, none (210 bytes/mutation); hybrid, none (310 bytes/mutation); log, none"
                + " (320 bytes/mutation). An APPEND sends a frame, and has the whole document"
                + " stored again.");
  }

  @Test
  void nothingIsSaidOfBytesStoredWhereTheOrderIsThatOfBytesSent() {
    bytes("dense", 200, 210);
    bytes("log", 80, 205);
    assertThat(reading()).noneMatch(sentence -> sentence.startsWith("Fewest bytes"));
  }

  private List<String> reading() {
    return MatrixReading.of(new MatrixShapeResults("matrix", "few-large", 64, rows));
  }

  @Test
  void aDifferenceBeyondNoiseIsNamed() {
    row("dense", "none", 100, 98, 102).row("log", "none", 300, 290, 310);
    row("dense", "none", true, 101, 99, 103);
    assertThat(reading())
        .containsExactly(
            "Fastest to write: log, none (300 mutations/s).",
            "log, none beside dense, none: 3.00 × the mutations per second.",
            "Two rows of the same differ by less than 2 %: what is within that, or within the"
                + " spread of the repetitions, is not named.");
  }

  @Test
  void repetitionsThatOverlapAreNoDifference() {
    row("dense", "none", 100, 80, 130).row("log", "none", 150, 125, 160);
    assertThat(reading())
        .containsExactly(
            "Fastest to write: log, none (150 mutations/s); within noise of it: dense, none.",
            "log, none beside dense, none: no difference beyond noise.");
  }

  @Test
  void whatTwoRowsOfTheSameDifferByIsNoDifferenceEither() {
    row("dense", "none", 100, 99, 101).row("log", "none", 120, 119, 121);
    row("dense", "none", true, 75, 74, 76);
    assertThat(reading())
        .contains("log, none beside dense, none: no difference beyond noise.")
        .anySatisfy(
            sentence ->
                assertThat(sentence)
                    .startsWith("Two rows of the same differ by 25 % in mutations per second: "));
  }

  @Test
  void compressionsAreComparedWithNoneByLayout() {
    row("dense", "none", 100, 99, 101).row("dense", "zstd", 50, 49, 51);
    row("log", "none", 200, 199, 201).row("log", "zstd", 150, 149, 151);
    row("hybrid", "none", 100, 99, 101).row("hybrid", "zstd", 100, 99, 101);
    assertThat(reading())
        .contains("zstd beside none, by layout: 0.50–0.75 × the mutations per second (dense, log).")
        .contains("hybrid, none beside dense, none: no difference beyond noise.");
  }

  @Test
  void nothingIsSaidOfWhatWasMeasuredOnce() {
    row("dense", "none", 100).row("log", "none", 300);
    assertThat(reading())
        .containsExactly("Everything was measured once: no difference can be told from noise.");
  }

  @Test
  void oneVariantHasNothingToBeComparedWith() {
    assertThat(row("dense", "none", 100, 99, 101).reading()).isEmpty();
  }

  @Test
  void theFirstLayoutIsTheMeasureWhereThereIsNoDense() {
    row("hybrid", "lz4", 100, 99, 101).row("log", "lz4", 50, 49, 51);
    assertThat(reading()).contains("log, lz4 beside hybrid, lz4: 0.50 × the mutations per second.");
  }
}
