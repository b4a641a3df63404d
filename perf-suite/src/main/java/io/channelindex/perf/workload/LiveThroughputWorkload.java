package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.NamespaceObserver;
import io.channelindex.perf.load.ClosedLoop;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Throughput;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.oracle.ObservedState;

/**
 * How many mutations per second a feed shows while writers write as fast as they can. The server
 * may leave out what was overwritten before it was sent, so that fewer mutations than writes are no
 * loss; in the end the feed must have shown the newest state of every document.
 */
final class LiveThroughputWorkload implements Workload {
  @Override
  public String name() {
    return "dcp-live";
  }

  @Override
  public String description() {
    return "Mutations per second of a change feed while writers write as fast as they can.";
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
        .parameter("feed-buffer-kib", run.load().feedBufferKib())
        .build();
  }

  private static void measure(
      WorkloadRun run, Driver driver, DocumentSet documents, Outcome.Builder outcome)
      throws InterruptedException {
    ObservedState observed = new ObservedState(documents.size(), run.session().vbuckets());
    NamespaceObserver observer =
        new NamespaceObserver(run.namespace(), observed, NamespaceObserver.Arrivals.NOBODY);
    try (ChangeFeed feed = run.session().changes(observer)) {
      feed.streamFrom(feed.positions());
      ClosedLoop writers =
          new ClosedLoop(documents.size(), run.load().inFlight(), documents::upsert);
      Throughput shown = driver.sustain(writers, observed::mutations);
      driver.resolve(documents);
      long written = run.time().nanos();
      driver.awaitReached(feed, observed, feed.seqnos());
      long caughtUp = run.time().nanos();
      Feeds.compare(documents, observed, "", outcome);
      outcome
          .throughput(shown, Unit.MUTATIONS_PER_SECOND)
          .metric("writes", Metric.count(writers.done()))
          .metric("mutations", Metric.count(observed.mutations()))
          .metric("catch-up", Metric.milliseconds(caughtUp - written));
    }
  }
}
