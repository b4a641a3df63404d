package io.channelindex.perf.workload;

import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import java.util.OptionalLong;

/**
 * How much heap a node needs for a document beside its key and its value: what is in use after a
 * full collection with the documents, less what was in use without them. Targets that are no Java
 * process of the suite's are loaded and verified only.
 */
final class MemoryWorkload implements Workload {
  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String description() {
    return "Bytes of heap that the embedded node needs for a document beside its key and value.";
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    DocumentSet documents = new DocumentSet(run, run.load().compareDocuments());
    driver.cleaningUp(documents, () -> measure(run, driver, documents, outcome));
    return outcome
        .parameter("documents", documents.size())
        .parameter("document-bytes", run.load().documentBytes())
        .build();
  }

  private static void measure(
      WorkloadRun run, Driver driver, DocumentSet documents, Outcome.Builder outcome)
      throws InterruptedException {
    OptionalLong before = liveHeap(run);
    driver.load(documents);
    OptionalLong after = liveHeap(run);
    driver.verify(documents, documents::get);
    outcome.metric("documents", Metric.count(documents.size()));
    if (before.isPresent() && after.isPresent()) {
      double each = (double) (after.getAsLong() - before.getAsLong()) / documents.size();
      int payload = run.namespace().key(0).length() + run.load().documentBytes();
      outcome
          .metric("heap-per-document", new Metric(each, Unit.BYTES))
          .metric("overhead-per-document", new Metric(each - payload, Unit.BYTES));
    }
  }

  private static OptionalLong liveHeap(WorkloadRun run) {
    return run.node().map(node -> node.liveHeapBytes()).orElse(OptionalLong.empty());
  }
}
