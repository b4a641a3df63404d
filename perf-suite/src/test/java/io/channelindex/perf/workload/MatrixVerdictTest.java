package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MatrixVerdictTest {
  private static final Map<String, String> EXPECTED = Map.of("a", "1-x", "b", "2-y");

  private static Row row(String document, String revision) {
    return new Row("1", document, revision, false, List.of());
  }

  private static MatrixVerdict of(Row... rows) {
    return MatrixVerdict.of("c", EXPECTED, List.of(rows));
  }

  @Test
  void exactlyWhatWasWrittenIsRightInAnyOrder() {
    assertThat(of(row("b", "2-y"), row("a", "1-x"))).isEqualTo(MatrixVerdict.RIGHT);
  }

  @Test
  void aLostEntryIsMissed() {
    assertThat(of(row("b", "2-y")))
        .isEqualTo(new MatrixVerdict(1, 0, 0, "missed: channel=c, document=a"));
  }

  @Test
  void anOldRevisionIsStale() {
    MatrixVerdict verdict = of(row("a", "1-x"), row("b", "1-y"));
    assertThat(verdict.stale()).isEqualTo(1);
    assertThat(verdict.missed() + verdict.unexpected()).isZero();
    assertThat(verdict.about()).isEqualTo("stale: channel=c, document=b, revision=1-y");
  }

  @Test
  void strangersDoublesRemovalsAndDeletionsAreUnexpected() {
    assertThat(of(row("a", "1-x"), row("b", "2-y"), row("z", "1-z")).unexpected()).isEqualTo(1);
    assertThat(of(row("a", "1-x"), row("b", "2-y"), row("a", "1-x")).unexpected()).isEqualTo(1);
    Row deleted = new Row("1", "a", "1-x", true, List.of());
    Row removed = new Row("1", "b", "2-y", false, List.of("c"));
    assertThat(of(deleted, removed).unexpected()).isEqualTo(2);
  }

  @Test
  void verdictsAddUpAndTheFirstIsTold() {
    MatrixVerdict lost = of(row("b", "2-y"));
    MatrixVerdict old = of(row("a", "0-x"), row("b", "2-y"));
    assertThat(MatrixVerdict.RIGHT.plus(lost).plus(old))
        .isEqualTo(new MatrixVerdict(1, 0, 1, lost.about()));
  }
}
