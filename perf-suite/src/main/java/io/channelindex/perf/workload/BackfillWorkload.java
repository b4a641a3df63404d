package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.ChangeListener;
import io.channelindex.perf.cluster.NamespaceObserver;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.cluster.StreamRelay;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Timeline;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.oracle.ObservedState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast a feed shows what was written before it began. The same documents are streamed again and
 * again over new connections; each time what was shown is compared with what was written. Before
 * the embedded node, rounds in which a {@link StreamRelay} replays what the node has sent take
 * turns with them: they show how much of what the client can take the node brings it to.
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
    Rounds rounds = new Rounds(run, documents, before, outcome);
    List<Timeline.Point> streamed;
    if (run.node().isPresent()) {
      try (StreamRelay relay = run.session().relay()) {
        // Recorded. The first rounds warm up; their figures are not used, their checks are.
        rounds.through(relay);
        // Without a recording, what follows would be the node's own speed.
        outcome.metric("replayed", Metric.count(relay.recordedMessages()));
        List<Timeline.Point> replayed = new ArrayList<>();
        streamed = repeat(run, rounds, () -> replayed.add(rounds.through(relay)));
        ceiling(streamed, replayed, outcome);
      }
    } else {
      streamed = repeat(run, rounds, () -> {});
    }
    Timeline timeline = new Timeline(streamed);
    double median = timeline.rateAt(0.5);
    outcome
        .rates(median, timeline, Unit.MUTATIONS_PER_SECOND)
        .metric(
            "bodies",
            new Metric(median * run.load().documentBytes() / 1e6, Unit.MEGABYTES_PER_SECOND))
        .metric("rounds", Metric.count(streamed.size()));
  }

  /** Streams from the target for as long as is measured, taking turns with something else. */
  private static List<Timeline.Point> repeat(WorkloadRun run, Rounds rounds, Driver.Body other)
      throws InterruptedException {
    rounds.direct();
    other.run();
    List<Timeline.Point> streamed = new ArrayList<>();
    long started = run.time().nanos();
    long enough = run.load().measure().toNanos();
    // Connecting takes time as well, and with few documents most of it.
    while (streamed.size() < LEAST_ROUNDS || run.time().nanos() - started < enough) {
      double share = (double) (run.time().nanos() - started) / enough;
      run.phases().at("stream", Math.min(1, share), 0);
      streamed.add(rounds.direct());
      other.run();
    }
    return streamed;
  }

  /** How much the client can take, and how much of that the node brings it to. */
  private static void ceiling(
      List<Timeline.Point> streamed, List<Timeline.Point> replayed, Outcome.Builder outcome) {
    // The first was for warming up.
    double ceiling = new Timeline(replayed.subList(1, replayed.size())).rateAt(0.5);
    double reached = new Timeline(streamed).rateAt(0.5);
    outcome
        .metric("client-ceiling", new Metric(ceiling, Unit.MUTATIONS_PER_SECOND))
        .metric("of-client-ceiling", new Metric(100 * reached / ceiling, Unit.PERCENT));
  }

  /** Feeds from where a bucket was before the documents were written to where it is now. */
  private static final class Rounds {
    private final WorkloadRun run;
    private final DocumentSet documents;
    private final Positions from;
    private final Outcome.Builder outcome;
    private double seconds;

    Rounds(WorkloadRun run, DocumentSet documents, Positions from, Outcome.Builder outcome) {
      this.run = run;
      this.documents = documents;
      this.from = from;
      this.outcome = outcome;
    }

    Timeline.Point direct() throws InterruptedException {
      return round(run.session()::changes);
    }

    Timeline.Point through(StreamRelay relay) throws InterruptedException {
      return round(listener -> run.session().changes(relay, listener));
    }

    private Timeline.Point round(Opening opening) throws InterruptedException {
      ObservedState observed = new ObservedState(documents.size(), run.session().vbuckets());
      NamespaceObserver observer =
          new NamespaceObserver(run.namespace(), observed, NamespaceObserver.Arrivals.NOBODY);
      try (ChangeFeed feed = opening.open(observer)) {
        long[] to = feed.seqnos();
        long started = run.time().nanos();
        feed.streamBetween(from, to);
        feed.awaitEnd(PATIENCE);
        double taken = (run.time().nanos() - started) / 1e9;
        Feeds.compare(documents, observed, "", outcome);
        seconds += taken;
        return new Timeline.Point(seconds, observed.changes() / taken);
      }
    }
  }

  @FunctionalInterface
  private interface Opening {
    ChangeFeed open(ChangeListener listener) throws InterruptedException;
  }
}
