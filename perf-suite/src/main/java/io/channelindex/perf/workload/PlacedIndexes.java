package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.ChangeListener;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.cluster.ServerTeam;
import io.channelindex.perf.config.MatrixShape;
import io.channelindex.perf.follow.StoredDocuments;
import io.channelindex.perf.indexing.IndexReader;
import io.channelindex.perf.indexing.IndexVariant;
import io.channelindex.perf.indexing.MeasuredIndex;
import io.channelindex.perf.indexing.MeasuredIndex.Arrival;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Indexes of the same documents on three servers, told apart by where the documents of a channel
 * lie: how many servers somebody has to ask, and to wait for, who reads a channel through the index
 * and has nothing of it in memory.
 *
 * <p>Servers answer a millisecond late, as over a network; then one of them takes much longer, and
 * whoever need not ask it does not notice.
 */
final class PlacedIndexes {
  private static final int CHANNELS = 30;
  private static final Duration USUAL = Duration.ofMillis(1);
  private static final Duration SLOW = Duration.ofMillis(20);
  private static final String LAYOUT = "dense";

  private final WorkloadRun run;
  private final PartitionMap map;

  PlacedIndexes(WorkloadRun run, int vbuckets) {
    this.run = run;
    map = PartitionMap.ofVbuckets(vbuckets);
  }

  /** Measures each placement, and adds a cell for it. */
  void measure(List<Placement> placements, Outcome.Builder outcome) throws InterruptedException {
    ScheduledThreadPoolExecutor executor = IndexThreads.start();
    try (ServerTeam team = new ServerTeam(map.vbuckets(), run.session().endpoint());
        ClusterSession session = ClusterSession.open(team.endpoint(), run.load(), "placement")) {
      MatrixDocuments documents = documents();
      write(documents, session, new Driver(run, outcome));
      for (int i = 0; i < placements.size(); i++) {
        run.phases().at("servers, " + placements.get(i).name(), (double) i / placements.size(), 0);
        try (MeasuredIndex index =
            new MeasuredIndex(
                session,
                run.namespace().database(i),
                new IndexVariant(LAYOUT, "none", placements.get(i)),
                Optional.empty(),
                Positions.beginning(map.vbuckets()),
                Optional.empty(),
                executor)) {
          index.start();
          index.write(seqnos(session), Arrival.STREAMED);
          outcome.cell(measure(index, placements.get(i), documents, team));
        }
      }
    } finally {
      executor.shutdownNow();
    }
  }

  /** Channels with a document in each partition: as many heads and blocks as a channel can have. */
  private MatrixDocuments documents() {
    return new MatrixDocuments(
        run.namespace(),
        MatrixShape.SPARSE,
        0,
        CHANNELS * map.partitions(),
        map,
        run.load().seed(),
        run.feeds().documentBytes());
  }

  private void write(MatrixDocuments documents, ClusterSession session, Driver driver)
      throws InterruptedException {
    StoredDocuments store = new StoredDocuments(session.collection(), map.vbuckets());
    driver.each(
        "servers, load",
        documents.count(),
        i -> documents.write(i, 1, store, session.documents()::revision));
  }

  private static long[] seqnos(ClusterSession session) throws InterruptedException {
    try (ChangeFeed feed = session.changes(ChangeListener.NOBODY)) {
      return feed.seqnos();
    }
  }

  private Outcome measure(
      MeasuredIndex index, Placement placement, MatrixDocuments documents, ServerTeam team)
      throws InterruptedException {
    Outcome.Builder outcome =
        new Outcome.Builder()
            .parameter("placement", placement.name())
            .parameter("servers", ServerTeam.SERVERS)
            .parameter("answers-after-ms", USUAL.toMillis())
            .parameter("slow-server-after-ms", SLOW.toMillis())
            .parameter("channels", CHANNELS);
    Reads alike = new Reads(documents);
    alike.all(index, team, USUAL);
    Reads oneSlow = new Reads(documents);
    oneSlow.all(index, team, SLOW);
    MatrixVerdict verdict = alike.verdict.plus(oneSlow.verdict);
    metric(outcome, PlacementFigure.SERVERS_PER_READ, mean(alike.servers));
    metric(outcome, PlacementFigure.REQUESTS_PER_READ, mean(alike.requests));
    metric(outcome, PlacementFigure.CHANNEL_P50, median(alike.milliseconds));
    metric(outcome, PlacementFigure.CHANNEL_P50_ONE_SLOW, median(oneSlow.milliseconds));
    metric(outcome, PlacementFigure.SPARED, 100.0 * oneSlow.spared / oneSlow.milliseconds.size());
    return outcome
        .check("missed", verdict.missed())
        .check("unexpected", verdict.unexpected() + verdict.stale())
        .note("missed", verdict.about())
        .build();
  }

  private static void metric(Outcome.Builder outcome, PlacementFigure figure, double value) {
    outcome.metric(figure.label(), new Metric(value, figure.unit()));
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static double median(List<Double> values) {
    return Metric.median(values, Unit.MILLISECONDS).value();
  }

  /** Every channel read once, by a reader that knows the stable clock and nothing else. */
  private final class Reads {
    private final MatrixDocuments documents;
    private final List<Double> servers = new ArrayList<>();
    private final List<Double> requests = new ArrayList<>();
    private final List<Double> milliseconds = new ArrayList<>();
    private int spared;
    private MatrixVerdict verdict = MatrixVerdict.RIGHT;

    Reads(MatrixDocuments documents) {
      this.documents = documents;
    }

    void all(MeasuredIndex index, ServerTeam team, Duration slowest) throws InterruptedException {
      try (IndexReader reader = index.read()) {
        // Reads the stable documents, which every reader has once it runs.
        reader.rows(documents.channel(0));
        team.answerAfter(USUAL, slowest);
        for (int channel = 1; channel < documents.channels(); channel++) {
          long[] before = team.asked();
          long started = run.time().nanos();
          var rows = reader.rows(documents.channel(channel));
          milliseconds.add((run.time().nanos() - started) / 1e6);
          long[] after = team.asked();
          servers.add((double) ServerTeam.servers(before, after));
          spared += after[ServerTeam.SLOWEST] == before[ServerTeam.SLOWEST] ? 1 : 0;
          requests.add((double) ServerTeam.requests(before, after));
          verdict = verdict.plus(documents.judge(channel, rows));
        }
      }
    }
  }
}
