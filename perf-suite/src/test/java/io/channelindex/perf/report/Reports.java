package io.channelindex.perf.report;

import io.channelindex.perf.measure.LatencyRecorder;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Timeline;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.workload.Outcome;
import java.time.Instant;
import java.util.ArrayList;
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

  /** A shape with two layouts and two compressions, of which the first again. */
  static Report withMatrix() {
    Report report = sound();
    List<Result> results = new ArrayList<>(report.results());
    results.add(matrix(new Outcome.Builder().parameter("repeats", 3).check("incomplete", 0)));
    results.add(matrix(cell("dense", "none", 10_000, 9_800, 10_200, 90)));
    results.add(matrix(cell("dense", "zstd", 9_900, 9_700, 10_100, 60)));
    results.add(matrix(cell("log", "none", 30_000, 29_000, 31_000, 110)));
    results.add(matrix(cell("log", "zstd", 20_000, 19_000, 21_000, 75)));
    results.add(matrix(cell("dense", "none", 11_000, 10_900, 11_100, 90).parameter("row", "a-a")));
    return new Report(report.environment(), results);
  }

  /** One request to each of some layouts, of which one is the baseline. */
  static Report withOneShots() {
    Report report = sound();
    List<Result> results = new ArrayList<>(report.results());
    results.add(
        oneShot(
            new Outcome.Builder()
                .parameter("documents", 1_000)
                .parameter("revisions", 10)
                .parameter("asked", 30)
                .parameter("wide-documents", 10_000)));
    results.add(oneShot(asked("dense", 30, 60, 4)));
    results.add(oneShot(asked("log", 50, 40, 6)));
    results.add(oneShot(asked("in-memory", 20, 5, 4)));
    results.add(oneShot(asked("in-memory", 25, 5, 4).parameter("row", "a-a")));
    return new Report(report.environment(), results);
  }

  /** What one layout was asked, in milliseconds. */
  static Outcome.Builder asked(String layout, double http, double cold, double cached) {
    return new Outcome.Builder()
        .parameter("layout", layout)
        .parameter("documents", 1_000)
        .parameter("wide-documents", 10_000)
        .metric("http-cold", Metric.median(List.of(http), Unit.MILLISECONDS))
        .metric("http-cached", Metric.median(List.of(http / 2), Unit.MILLISECONDS))
        .metric("http-cold-hit-rate", new Metric(0, Unit.PERCENT))
        .metric("http-cached-hit-rate", new Metric(100, Unit.PERCENT))
        .metric("wide-cached-hit-rate", new Metric(99, Unit.PERCENT))
        .metric("wide-cold", Metric.median(List.of(cold), Unit.MILLISECONDS))
        .metric("wide-cached", Metric.median(List.of(cached), Unit.MILLISECONDS));
  }

  private static Result oneShot(Outcome.Builder outcome) {
    return new Result("one-shot", "Asked.", "embedded", 1_024, outcome.check("missed", 0).build());
  }

  private static Result matrix(Outcome.Builder outcome) {
    return new Result("matrix", "Layouts.", "embedded", 64, outcome.build());
  }

  /** A cell; {@code bytes} is said to be the same in each repetition. */
  static Outcome.Builder cell(
      String layout, String compression, double rate, double min, double max, double bytes) {
    return new Outcome.Builder()
        .parameter("shape", "few-large")
        .parameter("documents", 200_000)
        .parameter("channels", 100)
        .parameter("rounds", 1)
        .parameter("document-overhead-bytes", 56)
        .parameter("layout", layout)
        .parameter("compression", compression)
        .metric(
            "mutations_per_second",
            Metric.median(List.of(rate, min, max), Unit.MUTATIONS_PER_SECOND))
        .metric("bucket_operations_per_mutation", bytesOf(bytes / 100))
        .metric("bytes_written_per_mutation", bytesOf(bytes * 2))
        .metric("bytes_stored_per_mutation", bytesOf(bytes * 3))
        .metric("bytes_per_entry", bytesOf(bytes))
        .check("missed", 0);
  }

  private static Metric bytesOf(double value) {
    return Metric.median(List.of(value, value, value), Unit.BYTES_PER_ENTRY);
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
