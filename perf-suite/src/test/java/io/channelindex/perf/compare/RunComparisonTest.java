package io.channelindex.perf.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.compare.RunComparison.Missing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunComparisonTest {
  private static final double TEN_PERCENT = 0.1;

  @TempDir private Path directory;

  private static String cell(String parameters, String metrics) {
    return cell(parameters, metrics, "\"missed\":0");
  }

  private static String cell(String parameters, String metrics, String checks) {
    return """
        {"workload":"matrix","target":"embedded","parameters":{"vbuckets":64%s},
         "metrics":{%s},"checks":{%s}}"""
        .formatted(parameters.isEmpty() ? "" : "," + parameters, metrics, checks);
  }

  private static String metric(String name, double value, String unit) {
    return "\"%s\":{\"value\":%s,\"unit\":\"%s\"}".formatted(name, value, unit);
  }

  private static String rate(double value, double min, double max) {
    return "\"mutations_per_second\":{\"value\":%s,\"min\":%s,\"max\":%s,\"unit\":\"mutations/s\"}"
        .formatted(value, min, max);
  }

  private Path file(String name, String... cells) throws IOException {
    return Files.writeString(
        directory.resolve(name),
        "{\"schema\":1,\"environment\":{},\"results\":[" + String.join(",", cells) + "]}");
  }

  private RunComparison compare(String before, String after) throws IOException {
    return compare(new String[] {before}, new String[] {after});
  }

  private RunComparison compare(String[] before, String[] after) throws IOException {
    return RunComparison.of(
        file("old.json", before), file("new.json", after), TEN_PERCENT, List.of());
  }

  private static String last(RunComparison comparison) {
    return comparison.lines().get(comparison.lines().size() - 1);
  }

  @ParameterizedTest
  @CsvSource({
    "ops/s, 100, 85, false",
    "ops/s, 100, 115, true",
    "ops/s, 100, 91, true",
    "ms, 100, 115, false",
    "ms, 100, 85, true",
    "bytes/entry, 100, 111, false",
    "ops/mutation, 0, 0.5, false",
    "ops/mutation, 0.5, 0, true",
    "ops/s, 0, 0, true",
    "count, 100, 1, true",
    "%, 100, 1, true",
    "furlongs, 100, 1, true"
  })
  void aLossIsWhatGotWorse(String unit, double before, double after, boolean acceptable)
      throws IOException {
    RunComparison comparison =
        compare(cell("", metric("x", before, unit)), cell("", metric("x", after, unit)));
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isEqualTo(acceptable);
    assertThat(comparison.lines().stream().anyMatch(line -> line.endsWith("  LOSS")))
        .isNotEqualTo(acceptable);
  }

  @Test
  void aShareOfALimitIsTheMoreTheBetter() throws IOException {
    assertThat(
            compare(cell("", metric("of_drain", 50, "%")), cell("", metric("of_drain", 30, "%")))
                .isAcceptable(Missing.REFUSED))
        .isFalse();
  }

  @Test
  void ratiosAreShownWithTheirSpread() throws IOException {
    RunComparison comparison =
        compare(cell("", rate(10_000, 9_500, 10_400)), cell("", rate(7_000, 6_900, 7_100)));
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isFalse();
    assertThat(comparison.lines())
        .containsExactly(
            "matrix, embedded, vbuckets=64",
            "  mutations_per_second                  0.700 ×"
                + "  10,000 (9,500–10,400) → 7,000 (6,900–7,100) mutations/s  LOSS",
            "1 cells: 1 losses, 0 gains, 0 within noise, 0 within 10 %; 0 new, 0 missing");
  }

  @Test
  void repetitionsThatOverlapAreNoise() throws IOException {
    RunComparison comparison =
        compare(cell("", rate(10_000, 6_000, 10_400)), cell("", rate(7_000, 6_900, 7_100)));
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isTrue();
    assertThat(last(comparison)).contains("0 losses, 0 gains, 1 within noise");
  }

  @Test
  void whatTwoRowsOfTheSameDifferByIsNoise() throws IOException {
    String[] before = {
      cell("\"layout\":\"log\"", rate(10_000, 9_900, 10_100)),
      cell("\"layout\":\"log\",\"row\":\"a-a\"", rate(8_000, 7_900, 8_100)),
      cell("\"layout\":\"dense\"", rate(5_000, 4_900, 5_100)),
    };
    String[] after = {
      cell("\"layout\":\"log\"", rate(10_000, 9_900, 10_100)),
      cell("\"layout\":\"dense\"", rate(4_200, 4_100, 4_300)),
    };
    RunComparison comparison = compare(before, after);
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isTrue();
    assertThat(comparison.lines())
        .anySatisfy(line -> assertThat(line).contains("a/a ±20.0 %").endsWith("  noise"));
    after[1] = cell("\"layout\":\"dense\"", rate(3_500, 3_400, 3_600));
    assertThat(compare(before, after).isAcceptable(Missing.REFUSED)).isFalse();
  }

  @Test
  void theSpreadOverTimeCountsWhereThereAreNoRepetitions() throws IOException {
    String before =
        cell(
            "",
            metric("throughput", 100, "ops/s")
                + ","
                + metric("throughput-p10", 70, "ops/s")
                + ","
                + metric("throughput-p90", 120, "ops/s"));
    String after =
        cell(
            "",
            metric("throughput", 80, "ops/s")
                + ","
                + metric("throughput-p10", 70, "ops/s")
                + ","
                + metric("throughput-p90", 120, "ops/s"));
    assertThat(compare(before, after).isAcceptable(Missing.REFUSED)).isTrue();
  }

  @Test
  void gainsAreCountedAndAreNoReasonToFail() throws IOException {
    RunComparison comparison =
        compare(cell("", metric("x", 10, "ms")), cell("", metric("x", 1, "ms")));
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isTrue();
    assertThat(comparison.lines())
        .anySatisfy(line -> assertThat(line).contains("0 losses, 1 gains"));
  }

  @Test
  void aFigureThatWasMeasuredOnceHasNoNoiseEstimate() throws IOException {
    String before = cell("", metric("x", 10, "ms") + "," + metric("y", 10, "ms"));
    String after = cell("", metric("x", 12, "ms") + "," + metric("y", 10.1, "ms"));
    RunComparison comparison = compare(before, after);
    assertThat(comparison.isAcceptable(Missing.REFUSED)).as("the threshold decides").isFalse();
    assertThat(comparison.lines())
        .anySatisfy(
            line -> assertThat(line).startsWith("  x ").endsWith(", no noise estimate  LOSS"))
        .filteredOn(line -> line.startsWith("  y "))
        .noneMatch(line -> line.contains("noise"));
    assertThat(last(comparison)).startsWith("1 losses and gains without a noise estimate");
    String repeated = cell("", rate(100, 99, 101));
    assertThat(compare(repeated, cell("", rate(200, 199, 201))).lines())
        .noneMatch(line -> line.contains("no noise estimate"));
    String[] twice = {
      cell("", metric("x", 10, "ms")), cell("\"row\":\"a-a\"", metric("x", 10, "ms"))
    };
    assertThat(compare(twice, new String[] {cell("", metric("x", 12, "ms"))}).lines())
        .as("two rows of the same differ by nothing")
        .noneMatch(line -> line.contains("no noise estimate"));
  }

  @Test
  void whatWasFoundTellsNoCellFromAnother() throws IOException {
    RunComparison comparison =
        compare(
            cell("\"dictionary-bytes\":4096", metric("x", 10, "ms")),
            cell("\"dictionary-bytes\":5120", metric("x", 20, "ms")));
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isFalse();
    assertThat(comparison.lines()).anyMatch(line -> line.endsWith("  LOSS"));
  }

  @Test
  void aFigureInAnotherUnitIsMissing() throws IOException {
    RunComparison comparison =
        compare(
            cell("", metric("x", 10, "ms") + "," + metric("y", 1, "ms")),
            cell("", metric("x", 10, "s") + "," + metric("y", 1, "ms")));
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isFalse();
    assertThat(comparison.lines())
        .contains(
            "in another unit in "
                + directory.resolve("new.json")
                + ": metric=x of matrix, embedded, vbuckets=64");
  }

  @Test
  void cellsAndFiguresOfOneSideAreNamed() throws IOException {
    RunComparison comparison =
        compare(
            new String[] {
              cell("\"layout\":\"log\"", metric("x", 1, "ms")),
              cell("\"layout\":\"dense\"", metric("x", 1, "ms") + "," + metric("y", 1, "ms"))
            },
            new String[] {
              cell("\"layout\":\"dense\"", metric("x", 1, "ms") + "," + metric("z", 1, "ms")),
              cell("\"layout\":\"hybrid\"", metric("x", 1, "ms"))
            });
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isFalse();
    assertThat(comparison.isAcceptable(Missing.ALLOWED)).isTrue();
    assertThat(comparison.lines())
        .contains(
            "missing in "
                + directory.resolve("new.json")
                + ": matrix, embedded, layout=log, vbuckets=64",
            "only in "
                + directory.resolve("new.json")
                + ": matrix, embedded, layout=hybrid, vbuckets=64",
            "missing in "
                + directory.resolve("new.json")
                + ": metric=y of matrix, embedded, layout=dense, vbuckets=64",
            "only in "
                + directory.resolve("new.json")
                + ": metric=z of matrix, embedded, layout=dense, vbuckets=64");
    assertThat(last(comparison)).endsWith("; 2 new, 2 missing");
  }

  @Test
  void aFailedCheckOfTheLaterRunIsALoss() throws IOException {
    String sound = cell("", metric("x", 1, "ms"));
    String wrong = cell("", metric("x", 1, "ms"), "\"missed\":3");
    assertThat(compare(wrong, sound).isAcceptable(Missing.REFUSED))
        .as("it was wrong before")
        .isTrue();
    RunComparison comparison = compare(sound, wrong);
    assertThat(comparison.isAcceptable(Missing.REFUSED)).isFalse();
    assertThat(comparison.lines())
        .contains("check failed: missed=3: matrix, embedded, vbuckets=64");
  }

  @Test
  void onlyTheWorkloadsAskedForAreCompared() throws IOException {
    Path before = file("old.json", cell("", metric("x", 1, "ms")));
    Path after = file("new.json", cell("", metric("x", 9, "ms")));
    assertThat(
            RunComparison.of(before, after, TEN_PERCENT, List.of("matrix"))
                .isAcceptable(Missing.REFUSED))
        .isFalse();
    assertThatThrownBy(() -> RunComparison.of(before, after, TEN_PERCENT, List.of("kv-get")))
        .isInstanceOf(UnreadableResultsException.class)
        .hasMessageContaining("no cell in common")
        .hasMessageContaining("workloads=[kv-get]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"schema\":1}",
        "{\"schema\":\"1\",\"results\":[]}",
        "{\"schema\":1,\"results\":[{}]}",
        "{\"schema\":1,\"results\":[]} x",
        "{\"schema\":1,\"results\":[{\"workload\":\"w\",\"parameters\":{},"
            + "\"metrics\":{\"x\":{\"value\":\"1\",\"unit\":\"ms\"}},\"checks\":{}}]}",
        "{\"schema\":1,\"results\":[{\"workload\":\"w\",\"parameters\":{},"
            + "\"metrics\":{\"x\":{\"value\":1}},\"checks\":{}}]}",
        "{\"schema\":1,\"results\":["
      })
  void whatIsNoResultsIsRefusedWithItsFile(String text) throws IOException {
    Path sound = file("new.json", cell("", metric("x", 1, "ms")));
    Path broken = Files.writeString(directory.resolve("broken.json"), text);
    assertThatThrownBy(() -> RunComparison.of(broken, sound, TEN_PERCENT, List.of()))
        .isInstanceOf(UnreadableResultsException.class)
        .hasMessageContaining("file=" + broken);
  }

  @Test
  void anotherVersionIsRefused() throws IOException {
    Path sound = file("old.json", cell("", metric("x", 1, "ms")));
    Path other = Files.writeString(directory.resolve("new.json"), "{\"schema\":2,\"results\":[]}");
    assertThatThrownBy(() -> RunComparison.of(sound, other, TEN_PERCENT, List.of()))
        .hasMessage("results of another version: file=" + other + ", schema=2, known=1");
  }

  @Test
  void aFileThatIsNotThereIsSaidToBeMissing() throws IOException {
    Path sound = file("old.json", cell("", metric("x", 1, "ms")));
    Path none = directory.resolve("none.json");
    assertThatThrownBy(() -> RunComparison.of(sound, none, TEN_PERCENT, List.of()))
        .isInstanceOf(UnreadableResultsException.class)
        .hasMessage("results cannot be read: file=" + none);
  }

  @Test
  void aCellThatIsThereTwiceIsRefused() throws IOException {
    String one = cell("", metric("x", 1, "ms"));
    assertThatThrownBy(() -> compare(new String[] {one, one}, new String[] {one}))
        .hasMessageContaining("a cell is there twice: matrix, embedded, vbuckets=64");
  }
}
