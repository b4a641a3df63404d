package io.channelindex.perf.workload;

import io.channelindex.perf.measure.Throughput;
import io.channelindex.perf.measure.Unit;

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
    driver.cleaningUp(documents, () -> measure(driver, documents, outcome));
    return outcome
        .parameter("documents", documents.size())
        .parameter("document-bytes", run.load().documentBytes())
        .parameter("in-flight", Math.min(run.load().inFlight(), documents.size()))
        .build();
  }

  private void measure(Driver driver, DocumentSet documents, Outcome.Builder outcome)
      throws InterruptedException {
    prepare(driver, documents);
    Throughput measured = driver.sustain(documents, index -> operation.start(documents, index));
    driver.resolve(documents);
    driver.verify(documents, index -> operation.verify(documents, index));
    outcome.throughput(measured, Unit.OPERATIONS_PER_SECOND);
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
