package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.NamespaceObserver;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.oracle.ObservedState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Are many documents all shown, in the end, as they are? Documents are loaded; then a feed begins
 * before them while writers update some and delete others, so that it passes from backfill to live
 * changes under load. Its final state is compared with what the writers got acknowledged, and so is
 * that of a second feed that begins when all is quiet.
 */
final class LoadAndCompareWorkload implements Workload {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int UPDATED_ONE_IN = 3;
  private static final int DELETED_ONE_IN = 10;

  @Override
  public String name() {
    return "load-and-compare";
  }

  @Override
  public String description() {
    return "Documents loaded, updated and deleted while a feed streams; its final state compared.";
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
    Positions before = Feeds.positions(run);
    long started = run.time().nanos();
    driver.load(documents);
    long elapsed = run.time().nanos() - started;
    outcome.metric("load", rate(documents.size(), elapsed, Unit.OPERATIONS_PER_SECOND));
    streamWhileWriting(run, driver, documents, before, outcome);
    streamQuiet(run, documents, before, outcome);
    outcome.metric("documents-left", Metric.count(documents.ledger().presentCount()));
  }

  private static void streamWhileWriting(
      WorkloadRun run,
      Driver driver,
      DocumentSet documents,
      Positions before,
      Outcome.Builder outcome)
      throws InterruptedException {
    ObservedState observed = new ObservedState(documents.size(), run.session().vbuckets());
    try (ChangeFeed feed = run.session().changes(observer(run, observed))) {
      long started = run.time().nanos();
      feed.streamFrom(before);
      driver.pass("write while streaming", documents, index -> change(documents, index));
      driver.resolve(documents);
      driver.awaitReached(feed, observed, feed.seqnos());
      long elapsed = run.time().nanos() - started;
      Feeds.compare(documents, observed, "", outcome);
      outcome
          .metric("streamed", rate(observed.changes(), elapsed, Unit.MUTATIONS_PER_SECOND))
          .metric("mutations", Metric.count(observed.mutations()))
          .metric("deletions", Metric.count(observed.deletions()));
    }
  }

  private static void streamQuiet(
      WorkloadRun run, DocumentSet documents, Positions before, Outcome.Builder outcome)
      throws InterruptedException {
    run.phases().at("stream again", 0, 0);
    ObservedState observed = new ObservedState(documents.size(), run.session().vbuckets());
    try (ChangeFeed feed = run.session().changes(observer(run, observed))) {
      long[] to = feed.seqnos();
      long started = run.time().nanos();
      feed.streamBetween(before, to);
      feed.awaitEnd(PATIENCE);
      long elapsed = run.time().nanos() - started;
      Feeds.compare(documents, observed, "quiet-", outcome);
      outcome.metric("backfill", rate(observed.changes(), elapsed, Unit.MUTATIONS_PER_SECOND));
    }
  }

  private static CompletableFuture<?> change(DocumentSet documents, int index) {
    if (index % DELETED_ONE_IN == 0) {
      return documents.remove(index);
    }
    return index % UPDATED_ONE_IN == 0
        ? documents.upsert(index)
        : CompletableFuture.completedFuture(null);
  }

  private static NamespaceObserver observer(WorkloadRun run, ObservedState observed) {
    return new NamespaceObserver(run.namespace(), observed, NamespaceObserver.Arrivals.NOBODY);
  }

  private static Metric rate(long count, long nanos, Unit unit) {
    return new Metric(count * 1e9 / Math.max(1, nanos), unit);
  }
}
