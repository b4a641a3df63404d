package io.channelindex.perf.workload;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ChangeCount;
import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.ChangeListener;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.follow.ChangesClient;
import io.channelindex.perf.follow.StoredDocuments;
import io.channelindex.perf.load.ChannelDocuments;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.server.ChangesServer;
import io.channelindex.perf.server.ServerConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * How fast documents are indexed that were there before: as the server writes them, with a channel
 * each, in a bucket whose index begins with nothing. Beside it how fast the same changes can be
 * streamed and thrown away, which is the most that an indexer could do.
 */
final class IndexWorkload implements Workload {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration STUCK = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final int DRAINS = 3;

  /** Less than this left to be done says nothing about the processor time that it takes. */
  private static final double ENOUGH = 0.2;

  private final FeedWorkload.Starter starter;

  IndexWorkload() {
    this(FeedWorkload.process(List.of()));
  }

  IndexWorkload(FeedWorkload.Starter starter) {
    this.starter = starter;
  }

  @Override
  public String name() {
    return "index-write";
  }

  @Override
  public String description() {
    return "Mutations per second that are indexed from nothing, and that can be streamed at all.";
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    int documents = run.feeds().indexDocuments();
    ChannelPlan plan = new ChannelPlan(run.feeds().channels(), documents, documents);
    ServedDatabase database = new ServedDatabase(run, driver, documents);
    driver.cleaningUp(
        database::cleanUp,
        () -> {
          load(run, driver, plan, documents);
          Drain drain = drain(run);
          outcome.metric("dcp-drain", new Metric(drain.rate(), Unit.MUTATIONS_PER_SECOND));
          index(run, plan, drain, outcome);
        });
    return outcome
        .parameter("documents", documents)
        .parameter("document-bytes", run.feeds().documentBytes())
        .parameter("channels", plan.channels())
        .build();
  }

  private static void load(WorkloadRun run, Driver driver, ChannelPlan plan, int documents)
      throws InterruptedException {
    ChannelDocuments bodies =
        new ChannelDocuments(run.namespace(), plan, run.load().seed(), run.feeds().documentBytes());
    StoredDocuments store =
        new StoredDocuments(run.session().collection(), run.session().vbuckets());
    driver.each(
        "load", documents, i -> store.store(run.namespace().key(i), null, bodies.body(i, 1)));
  }

  /**
   * The changes of the whole bucket, streamed and thrown away.
   *
   * @param to where each vbucket is
   * @param changes how many there are
   * @param rate changes per second, the median
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Drain(long[] to, long changes, double rate) {}

  private static Drain drain(WorkloadRun run) throws InterruptedException {
    double[] rates = new double[DRAINS];
    long changes = 0;
    long[] to = {};
    for (int round = 0; round < DRAINS; round++) {
      run.phases().at("stream", (double) round / DRAINS, 0);
      ChangeCount count = new ChangeCount();
      try (ChangeFeed feed = run.session().changes(count)) {
        to = feed.seqnos();
        long started = run.time().nanos();
        feed.streamBetween(Positions.beginning(to.length), to);
        feed.awaitEnd(PATIENCE);
        changes = count.changes();
        rates[round] = changes * 1e9 / (run.time().nanos() - started);
      }
    }
    Arrays.sort(rates);
    return new Drain(to, changes, rates[DRAINS / 2]);
  }

  private void index(WorkloadRun run, ChannelPlan plan, Drain drain, Outcome.Builder outcome)
      throws InterruptedException {
    ServerConfig config =
        new ServerConfig(
            run.session().endpoint(),
            run.namespace().database(),
            ServerConfig.Indexing.ALL,
            ServerConfig.Persistence.AT_ONCE,
            ServerConfig.WakeUps.HANDED_OVER,
            ServerConfig.Tokens.STATELESS);
    long writesBefore = indexWrites(run);
    long started = run.time().nanos();
    IndexProgress progress =
        new IndexProgress(run.session().index(), config.database(), drain.to());
    try (ChangesServer server = starter.start(run, config)) {
      Stretch stretch = watch(run, server, progress);
      double rate = drain.changes() * stretch.share() / stretch.seconds();
      outcome
          .metric("throughput", new Metric(rate, Unit.MUTATIONS_PER_SECOND))
          .metric("of-drain", new Metric(100 * rate / drain.rate(), Unit.PERCENT))
          .metric("indexed-after", new Metric((run.time().nanos() - started) / 1e9, Unit.SECONDS))
          .metric("mutations", Metric.count(drain.changes()))
          .metric(
              "index-writes",
              new Metric(
                  (double) (indexWrites(run) - writesBefore) / drain.changes(),
                  Unit.WRITES_PER_MUTATION));
      if (stretch.share() > ENOUGH) {
        double micros = stretch.cpu().toNanos() / 1e3;
        outcome.metric(
            "mutation-cpu",
            new Metric(micros / (drain.changes() * stretch.share()), Unit.MICROSECONDS));
      }
      verify(run, plan, config, server, outcome);
    }
  }

  /**
   * From when the index was first looked at to when it was complete.
   *
   * @param share how much of the index was made meanwhile, above 0
   * @param seconds how long that took
   * @param cpu what processor time the server took
   */
  private record Stretch(double share, double seconds, Duration cpu) {}

  private static Stretch watch(WorkloadRun run, ChangesServer server, IndexProgress progress)
      throws InterruptedException {
    long from = run.time().nanos();
    Duration cpu = server.usage().cpu();
    double first = progress.share();
    double last = first;
    long moved = from;
    while (last < 1) {
      run.time().sleepUntil(run.time().nanos() + POLL.toNanos());
      double share = progress.share();
      long now = run.time().nanos();
      if (share > last) {
        moved = now;
        last = share;
      } else if (now - moved > STUCK.toNanos()) {
        throw new PerfException("indexing got stuck: share=" + share + "\n" + server.complaints());
      }
      run.phases().at("measure", share, 0);
    }
    double seconds = (run.time().nanos() - from) / 1e9;
    return new Stretch(
        Math.max(last - first, Double.MIN_NORMAL), seconds, server.usage().cpu().minus(cpu));
  }

  /** How often anything was written to the index bucket, ever. */
  private static long indexWrites(WorkloadRun run) throws InterruptedException {
    try (ChangeFeed feed = run.session().indexChanges(ChangeListener.NOBODY)) {
      return Arrays.stream(feed.seqnos()).sum();
    }
  }

  /** Every channel has as many rows as it has documents. */
  private static void verify(
      WorkloadRun run,
      ChannelPlan plan,
      ServerConfig config,
      ChangesServer server,
      Outcome.Builder outcome)
      throws InterruptedException {
    int[] expected = new int[plan.channels()];
    for (int document = 0; document < run.feeds().indexDocuments(); document++) {
      expected[plan.channel(document, 1)]++;
    }
    long missed = 0;
    long unexpected = 0;
    try (ChangesClient client = new ChangesClient(server.address(), config.database())) {
      for (int channel = 0; channel < expected.length; channel++) {
        run.phases().at("verify", (double) channel / expected.length, 0);
        int rows = client.channels().rows(run.namespace().channel(channel)).join();
        missed += Math.max(0, expected[channel] - rows);
        unexpected += Math.max(0, rows - expected[channel]);
      }
    } catch (CompletionException e) {
      throw new PerfException("the server's feed cannot be read: " + e.getCause(), e);
    }
    outcome.check("missed", missed).check("unexpected", unexpected);
  }
}
