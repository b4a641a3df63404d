package io.channelindex.perf.workload;

import io.channelindex.perf.measure.LatencyDistribution;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Throughput;
import io.channelindex.perf.measure.Timeline;
import io.channelindex.perf.measure.Unit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a workload found. Immutable; maps keep the order in which things were added.
 *
 * @param parameters what it ran with: strings and numbers
 * @param metrics figures by name
 * @param checks numbers of violations by name: all 0 if everything was right
 * @param latencies distributions by name
 * @param timelines rates over time by name
 * @param notes what a failed check is about, for a person
 * @param cells what a workload that compares variants found of each of them; they have no cells of
 *     their own
 */
public record Outcome(
    Map<String, Object> parameters,
    Map<String, Metric> metrics,
    Map<String, Long> checks,
    Map<String, LatencyDistribution> latencies,
    Map<String, Timeline> timelines,
    Map<String, String> notes,
    List<Outcome> cells) {
  public Outcome {
    parameters = frozen(parameters);
    metrics = frozen(metrics);
    checks = frozen(checks);
    latencies = frozen(latencies);
    timelines = frozen(timelines);
    notes = frozen(notes);
    cells = List.copyOf(cells);
  }

  /** Whether every check holds, of the cells too. */
  public boolean isRight() {
    return checks.values().stream().allMatch(violations -> violations == 0)
        && cells.stream().allMatch(Outcome::isRight);
  }

  private static <V> Map<String, V> frozen(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Collects an outcome. For one thread. */
  public static final class Builder {
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private final Map<String, Metric> metrics = new LinkedHashMap<>();
    private final Map<String, Long> checks = new LinkedHashMap<>();
    private final Map<String, LatencyDistribution> latencies = new LinkedHashMap<>();
    private final Map<String, Timeline> timelines = new LinkedHashMap<>();
    private final Map<String, String> notes = new LinkedHashMap<>();
    private final List<Outcome> cells = new ArrayList<>();

    /** What it ran with. */
    public Builder parameter(String name, Object value) {
      parameters.put(name, value);
      return this;
    }

    /** A figure. */
    public Builder metric(String name, Metric metric) {
      metrics.put(name, metric);
      return this;
    }

    /** Violations of a check; added to those that are already there. */
    public Builder check(String name, long violations) {
      checks.merge(name, violations, Long::sum);
      return this;
    }

    /** A latency distribution and its percentiles as metrics that begin with its name. */
    public Builder latency(String name, LatencyDistribution distribution) {
      latencies.put(name, distribution);
      distribution.metrics().forEach((key, metric) -> metric(name + "-" + key, metric));
      return this;
    }

    /** A rate, how it is spread over the intervals, how many there were, and how it went. */
    public Builder throughput(Throughput measured, Unit unit) {
      return rates(measured.perSecond(), measured.timeline(), unit)
          .metric("operations", Metric.count(measured.operations()));
    }

    /** A rate, how it is spread over the intervals, and how it went. */
    public Builder rates(double perSecond, Timeline timeline, Unit unit) {
      return metric("throughput", new Metric(perSecond, unit))
          .metric("throughput-p10", new Metric(timeline.rateAt(0.1), unit))
          .metric("throughput-p90", new Metric(timeline.rateAt(0.9), unit))
          .timeline("throughput", timeline);
    }

    /** A rate over time. */
    public Builder timeline(String name, Timeline timeline) {
      timelines.put(name, timeline);
      return this;
    }

    /** What a failed check is about; left out if there is nothing to say. */
    public Builder note(String check, String text) {
      if (!text.isEmpty()) {
        notes.putIfAbsent(check, text);
      }
      return this;
    }

    /** What was found of one of the variants that the workload compares. */
    public Builder cell(Outcome cell) {
      cells.add(cell);
      return this;
    }

    /** Everything that another outcome has. */
    public Builder all(Outcome other) {
      parameters.putAll(other.parameters);
      metrics.putAll(other.metrics);
      other.checks.forEach(this::check);
      latencies.putAll(other.latencies);
      timelines.putAll(other.timelines);
      other.notes.forEach(this::note);
      cells.addAll(other.cells);
      return this;
    }

    /** The outcome. */
    public Outcome build() {
      return new Outcome(parameters, metrics, checks, latencies, timelines, notes, cells);
    }
  }
}
