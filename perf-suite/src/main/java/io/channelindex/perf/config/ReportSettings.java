package io.channelindex.perf.config;

import java.nio.file.Path;

/**
 * Where the report goes and how progress is shown.
 *
 * @param directory created if missing; what an earlier report left there is replaced
 * @param progress how a person follows the run
 */
public record ReportSettings(Path directory, ProgressStyle progress) {
  static ReportSettings from(Settings settings) {
    return new ReportSettings(
        Path.of(settings.text(Setting.REPORT_DIRECTORY).orElse("perf-suite/target/perf-report")),
        settings.choice(Setting.PROGRESS, ProgressStyle.class).orElse(ProgressStyle.AUTO));
  }
}
