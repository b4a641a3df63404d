package io.channelindex.perf.workload;

import io.channelindex.perf.load.ClosedLoop;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Throughput;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.process.ProcessUsage;
import java.time.Duration;
import java.util.Optional;

/** How many operations per second there can be: a closed loop over documents that are there. */
final class ClosedLoopWorkload implements Workload {
  private final DocumentOperation operation;

  ClosedLoopWorkload(DocumentOperation operation) {
    this.operation = operation;
  }

  @Override
  public String name() {
    return operation.label();
  }

  @Override
  public String description() {
    return operation.description() + " per second, with a fixed number under way.";
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    DocumentSet documents = new DocumentSet(run, run.load().documents());
    driver.cleaningUp(documents, () -> measure(run, driver, documents, outcome));
    return outcome
        .parameter("documents", documents.size())
        .parameter("document-bytes", run.load().documentBytes())
        .parameter("in-flight", Math.min(run.load().inFlight(), documents.size()))
        .build();
  }

  private void measure(
      WorkloadRun run, Driver driver, DocumentSet documents, Outcome.Builder outcome)
      throws InterruptedException {
    prepare(driver, documents);
    ClosedLoop loop =
        new ClosedLoop(
            documents.size(), run.load().inFlight(), index -> operation.start(documents, index));
    ProcessUsage client = new ProcessUsage(ProcessHandle.current().pid());
    Duration clientBefore = client.cpu();
    Optional<Duration> nodeBefore = run.node().map(ProcessUsage::cpu);
    Throughput measured = driver.sustain(loop, loop::done);
    outcome.metric("client-cpu", perOperation(client.cpu().minus(clientBefore), loop));
    nodeBefore.ifPresent(
        before ->
            outcome.metric(
                "node-cpu", perOperation(run.node().orElseThrow().cpu().minus(before), loop)));
    driver.resolve(documents);
    driver.verify(documents, index -> operation.verify(documents, index));
    outcome.throughput(measured, Unit.OPERATIONS_PER_SECOND);
  }

  /** Processor time for one operation, of those that warmed up as well. */
  private static Metric perOperation(Duration cpu, ClosedLoop loop) {
    return new Metric(cpu.toNanos() / 1e3 / Math.max(1, loop.done()), Unit.MICROSECONDS);
  }

  /** Every document is there before the clock runs, written the way that its reader expects. */
  private void prepare(Driver driver, DocumentSet documents) throws InterruptedException {
    if (operation == DocumentOperation.WRITE_WITH_METADATA) {
      driver.pass("load", documents, documents::upsertWithMetadata);
      driver.resolve(documents);
    } else {
      driver.load(documents);
    }
  }
}
