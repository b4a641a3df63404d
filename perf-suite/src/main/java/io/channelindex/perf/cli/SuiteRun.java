package io.channelindex.perf.cli;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.progress.Progress;
import io.channelindex.perf.progress.Step;
import io.channelindex.perf.report.Environment;
import io.channelindex.perf.report.Report;
import io.channelindex.perf.report.Result;
import io.channelindex.perf.target.Target;
import io.channelindex.perf.target.TargetPlan;
import io.channelindex.perf.workload.Outcome;
import io.channelindex.perf.workload.Workload;
import io.channelindex.perf.workload.WorkloadRun;
import io.channelindex.perf.workload.Workloads;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** One run: every chosen workload on every planned target, one after the other. */
final class SuiteRun {
  /** The check that every result has: 1 if the workload could not be brought to its end. */
  private static final String INCOMPLETE = "incomplete";

  private final SuiteSettings settings;
  private final TargetPlan plan;
  private final List<Workload> workloads;
  private final Progress progress;
  private final String run = id();
  private final List<Result> results = new ArrayList<>();
  private final Set<String> versions = new LinkedHashSet<>();

  /** How many workloads: a result may have many cells. */
  private int begun;

  /**
   * @throws io.channelindex.perf.config.InvalidSettingException if there is no workload of a name
   *     that was asked for
   */
  SuiteRun(SuiteSettings settings, TargetPlan plan, Progress progress) {
    this.settings = settings;
    this.plan = plan;
    this.progress = progress;
    this.workloads = Workloads.named(settings.workloads());
  }

  /**
   * Runs everything.
   *
   * @throws PerfException if a target cannot be started or lacks something; a workload that fails
   *     is a result with a failed check instead
   * @throws InterruptedException if the thread is interrupted
   */
  Report run(Instant now) throws InterruptedException {
    Environment environment =
        Environment.capture(now)
            .with("seed", settings.load().seed())
            .with("profile", settings.profile().name().toLowerCase(Locale.ROOT))
            .with("run", run);
    progress.say("target " + plan.kind().label() + ": " + plan.why());
    List<TargetPlan.Start> starts = plan.starts();
    for (int i = 0; i < starts.size(); i++) {
      List<Workload> chosen = i == starts.size() - 1 ? workloads : onEveryTarget();
      if (!chosen.isEmpty()) {
        try (Target target = starts.get(i).start()) {
          runOn(target, chosen);
        }
      }
    }
    return new Report(environment.with("target-version", String.join(", ", versions)), results);
  }

  private List<Workload> onEveryTarget() {
    return workloads.stream()
        .filter(workload -> workload.scope() == Workload.Scope.EVERY_TARGET)
        .toList();
  }

  private void runOn(Target target, List<Workload> chosen) throws InterruptedException {
    try (ClusterSession session = ClusterSession.open(target.endpoint(), settings.load(), run)) {
      int vbuckets = session.vbuckets();
      String version = session.version();
      versions.add(version);
      progress.say(
          target.endpoint().connectionString() + ", " + version + ", vbuckets=" + vbuckets);
      for (Workload workload : chosen) {
        Outcome outcome = runOne(target, session, workload, vbuckets);
        add(target, workload, vbuckets, outcome);
        outcome.cells().forEach(cell -> add(target, workload, vbuckets, cell));
        progress.say(line(workload, vbuckets, outcome));
      }
    } catch (PerfException e) {
      if (!target.complaints().isEmpty()) {
        progress.say(target.complaints());
      }
      throw e;
    }
  }

  private void add(Target target, Workload workload, int vbuckets, Outcome outcome) {
    results.add(
        new Result(
            workload.name(), workload.description(), target.kind().label(), vbuckets, outcome));
  }

  private Outcome runOne(Target target, ClusterSession session, Workload workload, int vbuckets)
      throws InterruptedException {
    begun++;
    int position = begun;
    int total = onEveryTarget().size() * (plan.starts().size() - 1) + workloads.size();
    String title = workload.name() + ", " + vbuckets + " vbuckets";
    WorkloadRun given =
        new WorkloadRun(
            session,
            target.node(),
            settings.load(),
            settings.feeds(),
            settings.codecs(),
            settings.matrix(),
            new Namespace(run, workload.name()),
            TimeSource.SYSTEM,
            (phase, share, rate) ->
                progress.update(new Step(position, total, title, phase, share, rate)));
    try {
      return completed(workload.run(given));
    } catch (PerfException e) {
      progress.say(title + ": " + e.getMessage());
      if (!target.complaints().isEmpty()) {
        progress.say(target.complaints());
      }
      return new Outcome.Builder()
          .check(INCOMPLETE, 1)
          .note(INCOMPLETE, String.valueOf(e.getMessage()))
          .build();
    }
  }

  private static Outcome completed(Outcome outcome) {
    return new Outcome.Builder().check(INCOMPLETE, 0).all(outcome).build();
  }

  /** A line that stays: the headline of a workload, and whether its checks hold. */
  private static String line(Workload workload, int vbuckets, Outcome outcome) {
    Map<String, Metric> metrics = outcome.metrics();
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "  %-22s %,6d vb  ", workload.name(), vbuckets));
    Metric rate = metrics.get("throughput");
    Metric median = metrics.get("latency-p50");
    Metric tail = metrics.get("latency-p99");
    if (rate != null) {
      line.append(String.format(Locale.ROOT, "%,12.0f %-12s", rate.value(), rate.unit().symbol()));
    } else if (median != null && tail != null) {
      line.append(
          String.format(Locale.ROOT, "p50 %8.3f ms   p99 %8.3f ms ", median.value(), tail.value()));
    }
    outcome
        .checks()
        .forEach(
            (check, violations) ->
                line.append(violations == 0 ? "" : " ✗ " + check + "=" + violations));
    return line.append(outcome.isRight() ? " ✓" : "").toString();
  }

  /** Unlike that of any other run, and short: time and chance. */
  private static String id() {
    long random = ThreadLocalRandom.current().nextLong(36 * 36 * 36);
    return Long.toString(System.currentTimeMillis() / 1_000, 36) + Long.toString(random, 36);
  }
}
