package io.channelindex.perf.workload;

import io.channelindex.perf.load.ClosedLoop;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Throughput;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.process.ProcessUsage;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

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
    Spent client = new Spent(new ProcessUsage(ProcessHandle.current().pid()));
    Optional<Spent> node = run.node().map(Spent::new);
    Throughput measured = driver.sustain(loop, loop::done);
    outcome.metric("client-cpu", client.cpu(loop.done()));
    node.ifPresent(spent -> outcome.metric("node-cpu", spent.cpu(loop.done())));
    node.flatMap(spent -> spent.allocated(loop.done()))
        .ifPresent(allocated -> outcome.metric("node-allocated", allocated));
    driver.resolve(documents);
    driver.verify(documents, index -> operation.verify(documents, index));
    outcome.throughput(measured, Unit.OPERATIONS_PER_SECOND);
  }

  /** What a process spends on an operation, those that warm up among them, from now on. */
  private static final class Spent {
    private final ProcessUsage usage;
    private final Duration cpuBefore;
    private final OptionalLong allocatedBefore;

    Spent(ProcessUsage usage) {
      this.usage = usage;
      this.allocatedBefore = usage.allocatedBytes();
      this.cpuBefore = usage.cpu();
    }

    Metric cpu(long operations) {
      double micros = usage.cpu().minus(cpuBefore).toNanos() / 1e3;
      return new Metric(micros / Math.max(1, operations), Unit.MICROSECONDS);
    }

    Optional<Metric> allocated(long operations) {
      OptionalLong allocated = usage.allocatedBytes();
      if (allocatedBefore.isEmpty() || allocated.isEmpty()) {
        return Optional.empty();
      }
      double bytes = allocated.getAsLong() - allocatedBefore.getAsLong();
      return Optional.of(new Metric(bytes / Math.max(1, operations), Unit.BYTES));
    }
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
