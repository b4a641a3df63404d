package io.channelindex.perf.workload;

import io.channelindex.perf.load.OpenLoop;
import io.channelindex.perf.load.Schedule;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import java.time.Duration;

/**
 * How long operations take at a fixed rate, counted from the time each was due. Each document gets
 * one operation, so that a stall cannot make two of them overlap.
 */
final class OpenLoopWorkload implements Workload {
  /** How long to wait for answers after the last operation was due. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Between fixing the schedule and the first operation. */
  static final Duration LEAD = Duration.ofMillis(50);

  private final DocumentOperation operation;

  OpenLoopWorkload(DocumentOperation operation) {
    this.operation = operation;
  }

  @Override
  public String name() {
    return operation.label() + "-latency";
  }

  @Override
  public String description() {
    return operation.description() + " at a fixed rate: latency from the time each was due.";
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    Rhythm rhythm = Rhythm.of(run.load());
    DocumentSet documents = new DocumentSet(run, rhythm.operations());
    driver.cleaningUp(documents, () -> measure(run, driver, rhythm, documents, outcome));
    return outcome
        .parameter("rate", run.load().rate())
        .parameter("document-bytes", run.load().documentBytes())
        .build();
  }

  private void measure(
      WorkloadRun run, Driver driver, Rhythm rhythm, DocumentSet documents, Outcome.Builder outcome)
      throws InterruptedException {
    driver.load(documents);
    OpenLoop loop = new OpenLoop(run.time(), rhythm.progress(run.phases()));
    Schedule schedule = rhythm.schedule(run.time().nanos() + LEAD.toNanos());
    OpenLoop.Result result =
        loop.run(schedule, rhythm.warmUp(), index -> operation.start(documents, index), PATIENCE);
    driver.failed(result.failed(), result.firstFailure());
    driver.resolve(documents);
    driver.verify(documents, index -> operation.verify(documents, index));
    outcome
        .check("unanswered", result.unanswered())
        .metric("rate", new Metric(rhythm.rate(), Unit.OPERATIONS_PER_SECOND))
        .metric("operations", Metric.count(result.latency().count()))
        .latency("latency", result.latency())
        .metric("lateness-p99", Metric.milliseconds(result.lateness().percentile(99)));
  }
}
