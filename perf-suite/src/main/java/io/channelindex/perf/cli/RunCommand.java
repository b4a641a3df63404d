package io.channelindex.perf.cli;

import io.channelindex.perf.config.ProgressStyle;
import io.channelindex.perf.config.Setting;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.progress.LiveProgress;
import io.channelindex.perf.progress.PlainProgress;
import io.channelindex.perf.progress.Progress;
import io.channelindex.perf.report.Report;
import io.channelindex.perf.report.ReportDirectory;
import io.channelindex.perf.target.TargetKind;
import io.channelindex.perf.target.TargetPlan;
import java.io.PrintStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs workloads and writes the report. */
@Command(
    name = "run",
    description = "Runs workloads against a target and writes a report.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nSettings, each as -Dperf.NAME=VALUE:%n")
final class RunCommand implements Callable<Integer> {
  @Option(
      names = "-D",
      paramLabel = "perf.NAME=VALUE",
      description = "a setting; may be given many times")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Spec
  void describeSettings(CommandSpec spec) {
    spec.usageMessage()
        .footer(
            Stream.of(Setting.values())
                .map(setting -> String.format("  %-26s %s", setting.key(), setting.meaning()))
                .toArray(String[]::new));
  }

  @Override
  public Integer call() throws InterruptedException {
    SuiteSettings chosen = SuiteSettings.from(properties());
    TargetPlan plan = TargetPlan.of(chosen.target());
    ReportDirectory directory = new ReportDirectory(chosen.report().directory());
    try (Progress progress = progress(chosen.report().progress())) {
      SuiteRun run = new SuiteRun(chosen, plan, progress);
      Instant now = Instant.now();
      Report report = plan.kind() == TargetKind.EXTERNAL ? OrderlyEnd.run(run, now) : run.run(now);
      directory.write(report);
      List<String> problems = directory.problems();
      problems.forEach(progress::say);
      progress.say("report: " + directory.page().toAbsolutePath().normalize());
      return problems.isEmpty() ? Exit.SOUND : Exit.UNSOUND;
    }
  }

  /** System properties, and options over them. */
  private Map<String, String> properties() {
    Map<String, String> properties =
        System.getProperties().stringPropertyNames().stream()
            .collect(Collectors.toMap(name -> name, System::getProperty));
    properties.putAll(settings);
    return properties;
  }

  /**
   * The starters set {@code jdk.console}, with which there is no console where there is no
   * terminal, on all versions of Java.
   */
  @SuppressWarnings("SystemConsoleNull")
  private static Progress progress(ProgressStyle style) {
    PrintStream out = System.out;
    boolean live =
        style == ProgressStyle.LIVE || (style == ProgressStyle.AUTO && System.console() != null);
    return live ? new LiveProgress(out) : new PlainProgress(out);
  }
}
