package io.channelindex.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompareCommandTest {
  @TempDir private Path before;
  @TempDir private Path after;

  @BeforeEach
  void write() throws IOException {
    results(before, 100);
    results(after, 94);
  }

  private static void results(Path directory, int rate) throws IOException {
    Files.writeString(
        directory.resolve("results.json"),
        """
        {"schema":1,"results":[{"workload":"kv-get","target":"embedded","parameters":{},
         "metrics":{"throughput":{"value":%d,"unit":"ops/s"}},"checks":{"wrong":0}}]}"""
            .formatted(rate));
  }

  private int compare(String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "compare";
    arguments[1] = before.toString();
    arguments[2] = after.resolve("results.json").toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return PerfSuiteCommand.run(arguments);
  }

  @Test
  void theThresholdDecides() {
    assertThat(compare()).isEqualTo(Exit.SOUND);
    assertThat(compare("--threshold", "5%")).isEqualTo(Exit.UNSOUND);
    assertThat(compare("--threshold=5.5")).isEqualTo(Exit.UNSOUND);
    assertThat(compare("--threshold", "6.5 %")).isEqualTo(Exit.SOUND);
  }

  @Test
  void whatIsMissingFailsUnlessItIsAllowed() throws IOException {
    Files.writeString(
        after.resolve("results.json"),
        Files.readString(after.resolve("results.json")).replace("\"throughput\"", "\"another\""));
    assertThat(compare()).isEqualTo(Exit.UNSOUND);
    assertThat(compare("--allow-missing")).isEqualTo(Exit.SOUND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"much", "-1%", "101%", "NaN", "%", ""})
  void aThresholdThatCannotBeIsRefused(String threshold) {
    assertThat(compare("--threshold=" + threshold)).isEqualTo(Exit.USAGE);
  }

  @Test
  void aFileThatIsNoResultsIsAWrongArgument() throws IOException {
    Files.writeString(after.resolve("results.json"), "{}");
    assertThat(compare()).isEqualTo(Exit.USAGE);
    assertThat(PerfSuiteCommand.run("compare", before.toString())).isEqualTo(Exit.USAGE);
    assertThat(PerfSuiteCommand.run("compare", "--help")).isEqualTo(Exit.SOUND);
  }
}
