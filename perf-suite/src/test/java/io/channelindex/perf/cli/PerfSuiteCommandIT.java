package io.channelindex.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerfSuiteCommandIT {
  @TempDir private Path directory;

  private int run(String... settings) {
    String[] arguments = new String[settings.length + 3];
    arguments[0] = "run";
    arguments[1] = "-Dperf.report-directory=" + directory.resolve("report");
    arguments[2] = "-Dperf.progress=plain";
    for (int i = 0; i < settings.length; i++) {
      arguments[i + 3] = "-Dperf." + settings[i];
    }
    return PerfSuiteCommand.run(arguments);
  }

  @Test
  void aRunLeavesASoundReport() throws IOException {
    assertThat(
            run(
                "target=embedded",
                "profile=smoke",
                "seconds=0.3",
                "vbuckets=8,16",
                "documents=500",
                "codecs=few",
                "codec-seconds=0.01",
                "workloads=kv-get,kv-get-latency,codecs"))
        .isEqualTo(Exit.SOUND);
    Path report = directory.resolve("report");
    assertThat(PerfSuiteCommand.run("check", report.toString())).isEqualTo(Exit.SOUND);
    JsonNode results =
        new ObjectMapper().readTree(report.resolve("results.json").toFile()).get("results");
    assertThat(results).as("codecs only on the last target").hasSize(5);
    assertThat(results.get(0).get("parameters").get("vbuckets").asInt()).isEqualTo(8);
    assertThat(results.get(3).get("parameters").get("vbuckets").asInt()).isEqualTo(16);
    assertThat(results.get(4).get("workload").asText()).isEqualTo("codecs");
    assertThat(report.resolve("kv-get-latency-16-latency.hgrm")).isRegularFile();
    Files.writeString(report.resolve("results.json"), "{}");
    assertThat(PerfSuiteCommand.run("check", report.toString())).isEqualTo(Exit.UNSOUND);
  }

  @Test
  void aWorkloadWithManyCellsIsCountedOnce() {
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertThat(
              run(
                  "target=embedded",
                  "profile=smoke",
                  "seconds=0.3",
                  "vbuckets=8",
                  "workloads=clock-contention,kv-get"))
          .isEqualTo(Exit.SOUND);
    } finally {
      System.setOut(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("[1/2] clock-contention")
        .contains("[2/2] kv-get")
        .doesNotContain("[3/2]");
  }

  @Test
  void aWrongSettingRunsNothing() {
    assertThat(run("dokuments=1")).isEqualTo(Exit.USAGE);
    assertThat(run("workloads=kv-git", "target=embedded")).isEqualTo(Exit.USAGE);
    assertThat(PerfSuiteCommand.run("run", "--no-such-option")).isEqualTo(Exit.USAGE);
    assertThat(PerfSuiteCommand.run()).isEqualTo(Exit.USAGE);
    assertThat(directory.resolve("report")).doesNotExist();
  }

  @Test
  void aTargetThatIsNotThereIsSaidToBeMissing() {
    assertThat(run("connection-string=couchbase://127.0.0.1:1", "profile=smoke"))
        .isEqualTo(Exit.NO_TARGET);
  }
}
