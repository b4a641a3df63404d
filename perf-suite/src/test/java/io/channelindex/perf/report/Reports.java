package io.channelindex.perf.report;

import io.channelindex.perf.measure.LatencyRecorder;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Timeline;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.workload.Outcome;
import java.time.Instant;
import java.util.List;

/** Reports to test with. */
final class Reports {
  private Reports() {}

  static Report sound() {
    return sound("7.6.12");
  }

  static Report sound(String version) {
    return of(version, outcome().build());
  }

  static Report withViolations(String check, long violations) {
    return of(
        "7.6.12", outcome().check(check, violations).note(check, "document=42 | odd").build());
  }

  private static Report of(String version, Outcome outcome) {
    Environment environment =
        Environment.capture(Instant.parse("2026-11-21T22:00:00.123Z"))
            .with("seed", 1L)
            .with("target-version", version);
    return new Report(
        environment, List.of(new Result("kv-get-latency", "Reads.", "embedded", 64, outcome)));
  }

  private static Outcome.Builder outcome() {
    LatencyRecorder recorder = new LatencyRecorder();
    for (int i = 1; i <= 1_000; i++) {
      recorder.record(0, i * 10_000L);
    }
    return new Outcome.Builder()
        .parameter("documents", 1_000)
        .metric("throughput", new Metric(1234.5, Unit.OPERATIONS_PER_SECOND))
        .latency("latency", recorder.take())
        .timeline("throughput", new Timeline(List.of(new Timeline.Point(0.25, 1234.5))))
        .check("missing", 0);
  }
}
