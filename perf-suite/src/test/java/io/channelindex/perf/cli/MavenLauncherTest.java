package io.channelindex.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class MavenLauncherTest {
  @Test
  void everySettingIsHandedOnKnownOrNotAndNothingElse() {
    Properties properties = new Properties();
    properties.setProperty("perf.seconds", "2");
    properties.setProperty("perf.sekonds", "3");
    properties.setProperty("perf.password", "two words, one=comma");
    properties.setProperty("user.name", "me");
    List<String> command = MavenLauncher.command(Path.of("out"), "suite-1", properties);
    assertThat(command)
        .containsSubsequence(
            "-cp",
            Path.of("out", "suite-1.jar") + File.pathSeparator + Path.of("out", "lib") + "/*",
            "-Dperf.password=two words, one=comma",
            "-Dperf.seconds=2",
            "-Dperf.sekonds=3",
            "io.channelindex.perf.cli.PerfSuiteCommand",
            "run");
    assertThat(command).noneMatch(argument -> argument.contains("user.name"));
  }

  @Test
  void theReportGoesIntoTheModuleUnlessSomethingElseIsSet() {
    Properties properties = new Properties();
    properties.setProperty("perf.report-directory", "elsewhere");
    // Of two definitions of a property, Java takes the later one.
    assertThat(MavenLauncher.command(Path.of("out"), "suite-1", properties))
        .containsSubsequence(
            "-Dperf.report-directory=" + Path.of("out", "perf-report"),
            "-Dperf.report-directory=elsewhere");
  }
}
