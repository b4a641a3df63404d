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

  /** Codecs and a long poll beside what is always there. */
  static Report withCodecsAndTokens() {
    Outcome codecs =
        new Outcome.Builder()
            .parameter("kernels", "vector")
            .metric("uniform-100m.bound", bytes(1323))
            .metric("uniform-100m.entropy.bytes", bytes(1336))
            .metric("uniform-100m.entropy.encode", new Metric(3600, Unit.NANOSECONDS))
            .metric("uniform-100m.entropy.decode", new Metric(2400, Unit.NANOSECONDS))
            .metric("uniform-100m.entropy.allocated", bytes(0))
            .metric("uniform-100m.varint.bytes", bytes(3072))
            .check("wrong", 0)
            .build();
    Outcome tokens =
        outcome()
            .parameter("tokens", "relative")
            .metric("token-mean", bytes(40))
            .metric("token-longest", bytes(64))
            .metric("token-operations", new Metric(0.01, Unit.OPERATIONS_PER_REQUEST))
            .build();
    Report report = sound();
    return new Report(
        report.environment(),
        List.of(
            report.results().get(0),
            new Result("codecs", "Codecs.", "embedded", 64, codecs),
            new Result("longpoll-relative", "Polls.", "embedded", 64, tokens)));
  }

  private static Metric bytes(double bytes) {
    return new Metric(bytes, Unit.BYTES);
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
