package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.NamespaceObserver;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Timeline;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.oracle.ObservedState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast a feed shows what was written before it began. The same documents are streamed again and
 * again over new connections; each time what was shown is compared with what was written.
 */
final class BackfillWorkload implements Workload {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int LEAST_ROUNDS = 3;

  @Override
  public String name() {
    return "dcp-backfill";
  }

  @Override
  public String description() {
    return "Mutations per second of a change feed that begins before the documents were written.";
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
        .parameter("feed-buffer-kib", run.load().feedBufferKib())
        .build();
  }

  private static void measure(
      WorkloadRun run, Driver driver, DocumentSet documents, Outcome.Builder outcome)
      throws InterruptedException {
    Positions before = Feeds.positions(run);
    driver.load(documents);
    // The first round warms the client and the node up; its figures are not used, its checks are.
    round(run, documents, before, outcome);
    List<Timeline.Point> rounds = new ArrayList<>();
    long started = run.time().nanos();
    long enough = run.load().measure().toNanos();
    double seconds = 0;
    // Connecting takes time as well, and with few documents most of it.
    while (rounds.size() < LEAST_ROUNDS || run.time().nanos() - started < enough) {
      double share = (double) (run.time().nanos() - started) / enough;
      run.phases().at("stream", Math.min(1, share), 0);
      Round round = round(run, documents, before, outcome);
      seconds += round.seconds();
      rounds.add(new Timeline.Point(seconds, round.changes() / round.seconds()));
    }
    Timeline timeline = new Timeline(rounds);
    double median = timeline.rateAt(0.5);
    outcome
        .rates(median, timeline, Unit.MUTATIONS_PER_SECOND)
        .metric(
            "bodies",
            new Metric(median * run.load().documentBytes() / 1e6, Unit.MEGABYTES_PER_SECOND))
        .metric("rounds", Metric.count(rounds.size()));
  }

  private record Round(long changes, double seconds) {}

  private static Round round(
      WorkloadRun run, DocumentSet documents, Positions from, Outcome.Builder outcome)
      throws InterruptedException {
    ObservedState observed = new ObservedState(documents.size(), run.session().vbuckets());
    NamespaceObserver observer =
        new NamespaceObserver(run.namespace(), observed, NamespaceObserver.Arrivals.NOBODY);
    try (ChangeFeed feed = run.session().changes(observer)) {
      long[] to = feed.seqnos();
      long started = run.time().nanos();
      feed.streamBetween(from, to);
      feed.awaitEnd(PATIENCE);
      double seconds = (run.time().nanos() - started) / 1e9;
      Feeds.compare(documents, observed, "", outcome);
      return new Round(observed.changes(), seconds);
    }
  }
}
