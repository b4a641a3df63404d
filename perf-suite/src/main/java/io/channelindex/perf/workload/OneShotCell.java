package io.channelindex.perf.workload;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.ChangeListener;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.follow.ChangesClient;
import io.channelindex.perf.follow.StoredDocuments;
import io.channelindex.perf.indexing.CacheUse;
import io.channelindex.perf.indexing.IndexReader;
import io.channelindex.perf.indexing.IndexVariant;
import io.channelindex.perf.indexing.MeasuredIndex;
import io.channelindex.perf.indexing.MeasuredIndex.Arrival;
import io.channelindex.perf.indexing.StoredSizes;
import io.channelindex.perf.load.ChannelDocuments;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.server.ChangesServer;
import io.channelindex.perf.server.ServerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One layout of {@link OneShotWorkload}, or one of them once more: how far the two differ is noise.
 */
final class OneShotCell {
  private static final Duration STUCK = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(20);
  static final int REVISIONS = 10;
  static final int MEASURED = 30;
  private static final int WARM_UP_ROUNDS = 10;

  /** How often the wide channel is read in each of those rounds. */
  private static final int WIDE_WARM_UP = 10;

  private static final String STABLE_SEQNOS = "channelindex_index_stable_seqnos";

  private static final String CACHE_REQUESTS = "channelindex_reader_cache_requests_total";
  private static final String HITS = "outcome=\"hit\"";

  /**
   * For how many documents there is a KiB of cache where nothing is to be in memory: enough for a
   * request to keep what it reads, and for a tenth of all channels, so that each is forgotten
   * before its turn comes again. A channel was seen to take less than 70 bytes for a document.
   */
  private static final int DOCUMENTS_PER_KIB = 5;

  private static final String ROOMY = "256MiB";

  /** Nothing changes while it is being measured. */
  private static final String LATER = "1h";

  /** What the design's goals speak of. */
  private static final int MOST_DOCUMENTS = 1_000;

  private static final int MOST_WIDE = 10_000;

  /**
   * How much there is to read.
   *
   * @param documents of each channel that is read over HTTP
   * @param wide documents of the channel that is read from the index
   * @param rounds how often channels are read before it counts
   */
  record Scale(int documents, int wide, int rounds) {
    /** Less where the matrix is small, too: a run that only looks whether everything works. */
    static Scale of(WorkloadRun run) {
      int documents = run.matrix().documents();
      return new Scale(
          Math.min(MOST_DOCUMENTS, documents / REVISIONS),
          Math.min(MOST_WIDE, documents),
          1 + (int) Math.min(WARM_UP_ROUNDS, (long) WARM_UP_ROUNDS * documents / MOST_WIDE));
    }
  }

  private final WorkloadRun run;
  private final FeedWorkload.Starter starter;
  private final Scale scale;
  private final String layout;
  private final Driver driver;
  private final StoredDocuments store;
  private final Positions indexBefore;
  private final Outcome.Builder outcome = new Outcome.Builder();
  private final int first;
  private final boolean isAgain;
  private long missed;
  private long unexpected;

  /** What was in a cache that was to have nothing. */
  private long remembered;

  OneShotCell(
      WorkloadRun run, FeedWorkload.Starter starter, String layout, int place, Outcome.Builder all)
      throws InterruptedException {
    this.run = run;
    this.starter = starter;
    this.scale = Scale.of(run);
    this.layout = layout;
    this.driver = new Driver(run, all);
    this.store = new StoredDocuments(run.session().collection(), run.session().vbuckets());
    // Documents of another layout leave tombstones, which have revisions.
    this.first = place * (scale.documents() + scale.wide());
    this.isAgain = place == run.matrix().layouts().size();
    try (ChangeFeed feed = run.session().indexChanges(ChangeListener.NOBODY)) {
      this.indexBefore = feed.positions();
    }
  }

  Outcome ask() throws InterruptedException {
    outcome
        .parameter("layout", layout)
        .parameter("documents", scale.documents())
        .parameter("wide-documents", scale.wide());
    if (isAgain) {
      outcome.parameter("row", "a-a");
    }
    driver.cleaningUp(
        this::cleanUp,
        () -> {
          overHttp();
          wide();
        });
    return outcome
        .check("missed", missed)
        .check("unexpected", unexpected)
        .check("remembered", remembered)
        .build();
  }

  private void cleanUp() throws InterruptedException {
    StoredSizes stored = new StoredSizes();
    try (ChangeFeed feed = run.session().indexChanges(stored)) {
      feed.streamBetween(indexBefore, feed.seqnos());
      feed.awaitEnd(STUCK);
    }
    List<String> keys = stored.keys(run.namespace().database());
    driver.each("clean up", keys.size(), i -> run.session().index().removeIfThere(keys.get(i)));
    driver.each(
        "clean up",
        scale.documents() + scale.wide(),
        i -> run.session().documents().removeIfThere(run.namespace().key(first + i)));
  }

  private String channel(int number) {
    return run.namespace().channel(first + number);
  }

  private ChannelDocuments bodies() {
    return new ChannelDocuments(
        run.namespace(), new ChannelPlan(1, 1, 0), run.load().seed(), run.feeds().documentBytes());
  }

  /**
   * A server has indexed every revision of documents that are in all of its channels. Another one
   * reads what that one wrote: asked for one channel after the other, again and again, it has
   * forgotten each when its turn comes, and does all the same what it has often done.
   */
  private void overHttp() throws InterruptedException {
    List<String> channels = IntStream.range(0, MEASURED).mapToObj(this::channel).toList();
    ServerConfig config = config(ServerConfig.Indexing.ALL, ROOMY);
    try (ChangesServer server = starter.start(run, config);
        ChangesClient client = new ChangesClient(server.address(), config.database())) {
      write(channels);
      awaitIndex(config, server);
      if (config.isInMemory()) {
        warmUp(client, channels);
        outcome.metric("http-cold", first(client, channels));
      } else {
        cold(channels);
      }
      warmUp(client, channels);
      CacheUse before = cacheUse(server);
      outcome.metric("http-cached", again(client, channels));
      hitRate("http-cached-hit-rate", cacheUse(server).since(before));
    } catch (CompletionException e) {
      throw new PerfException("the server's feed cannot be read: " + e.getCause(), e);
    }
  }

  private void cold(List<String> channels) throws InterruptedException {
    ServerConfig config =
        config(ServerConfig.Indexing.NONE, 1 + scale.documents() / DOCUMENTS_PER_KIB + "KiB");
    try (ChangesServer server = starter.start(run, config);
        ChangesClient client = new ChangesClient(server.address(), config.database())) {
      warmUp(client, channels);
      CacheUse before = cacheUse(server);
      outcome.metric("http-cold", first(client, channels));
      CacheUse use = cacheUse(server).since(before);
      remembered = (long) use.hits();
      hitRate("http-cold-hit-rate", use);
    }
  }

  private static CacheUse cacheUse(ChangesServer server) {
    return new CacheUse(
        server.counter(CACHE_REQUESTS, HITS).join(), server.counter(CACHE_REQUESTS).join());
  }

  private void hitRate(String name, CacheUse use) {
    use.rate().ifPresent(rate -> outcome.metric(name, rate));
  }

  private ServerConfig config(ServerConfig.Indexing indexing, String cacheSize) {
    Map<String, String> index = new HashMap<>(ServerConfig.arranged(layout));
    index.put("cacheSize", cacheSize);
    index.put("compactAfter", LATER);
    return new ServerConfig(
        run.session().endpoint(),
        run.namespace().database(2 * first),
        indexing,
        ServerConfig.Persistence.AT_ONCE,
        ServerConfig.WakeUps.HANDED_OVER,
        ServerConfig.Tokens.STATELESS,
        index);
  }

  /** How long it takes to read channels that nothing is in memory of. */
  private Metric first(ChangesClient client, List<String> channels) {
    run.phases().at(layout + ", ask", 0, 0);
    List<Double> times = new ArrayList<>();
    for (String channel : channels) {
      times.add(time(client, channel));
    }
    return Metric.median(times, Unit.MILLISECONDS);
  }

  /** How long it takes to read channels that were just read. */
  private Metric again(ChangesClient client, List<String> channels) {
    run.phases().at(layout + ", ask again", 0, 0);
    List<Double> times = new ArrayList<>();
    for (String channel : channels) {
      time(client, channel);
      times.add(time(client, channel));
    }
    return Metric.median(times, Unit.MILLISECONDS);
  }

  private void warmUp(ChangesClient client, List<String> channels) {
    run.phases().at(layout + ", warm up", 0, 0);
    for (int round = 0; round < scale.rounds(); round++) {
      for (String channel : channels) {
        time(client, channel);
      }
    }
  }

  private void write(List<String> channels) throws InterruptedException {
    AtomicReferenceArray<@Nullable String> revisions =
        new AtomicReferenceArray<>(scale.documents());
    for (int revision = 1; revision <= REVISIONS; revision++) {
      int version = revision;
      driver.each(
          "load",
          scale.documents(),
          i ->
              store
                  .store(
                      run.namespace().key(first + i),
                      revisions.get(i),
                      bodies().inChannels(channels, first + i, version))
                  .thenAccept(written -> revisions.set(i, written)));
    }
  }

  private void awaitIndex(ServerConfig config, ChangesServer server) throws InterruptedException {
    DoubleSupplier progress = progress(config, server);
    double last = 0;
    long moved = run.time().nanos();
    for (double share = progress.getAsDouble(); share < 1; share = progress.getAsDouble()) {
      long now = run.time().nanos();
      if (share > last) {
        last = share;
        moved = now;
      } else if (now - moved > STUCK.toNanos()) {
        throw new PerfException("indexing got stuck: share=" + share + server.complaints());
      }
      run.phases().at(layout + ", index", share, 0);
      run.time().sleepUntil(now + POLL.toNanos());
    }
  }

  /** Which share of what is in the bucket is readable. */
  private DoubleSupplier progress(ServerConfig config, ChangesServer server)
      throws InterruptedException {
    long[] to = seqnos();
    if (!config.isInMemory()) {
      return new IndexProgress(run.session().index(), config.database(), to)::share;
    }
    double all = LongStream.of(to).sum();
    return () -> Math.min(1, server.counter(STABLE_SEQNOS).join() / Math.max(1, all));
  }

  /** Milliseconds until all of a channel is there. */
  private double time(ChangesClient client, String channel) {
    long started = run.time().nanos();
    int rows = client.channels().rows(channel).join();
    double milliseconds = (run.time().nanos() - started) / 1e6;
    count(rows, scale.documents());
    return milliseconds;
  }

  private void count(int rows, int expected) {
    missed += Math.max(0, expected - rows);
    unexpected += Math.max(0, rows - expected);
  }

  /** One channel over all vbuckets, read from its index: each time by another reader. */
  private void wide() throws InterruptedException {
    Positions beginning;
    try (ChangeFeed feed = run.session().changes(ChangeListener.NOBODY)) {
      beginning = feed.positions();
    }
    int from = first + scale.documents();
    String channel = channel(MEASURED);
    driver.each(
        "load",
        scale.wide(),
        i ->
            store.store(
                run.namespace().key(from + i), null, bodies().inChannel(channel, from + i, 1)));
    ScheduledThreadPoolExecutor executor = IndexThreads.start();
    try (MeasuredIndex index =
        new MeasuredIndex(
            run.session(),
            run.namespace().database(2 * first + 1),
            new IndexVariant(layout, "none"),
            Optional.empty(),
            beginning,
            run.node(),
            executor)) {
      run.phases().at(layout + ", read", 0, 0);
      index.start();
      index.write(seqnos(), Arrival.STREAMED);
      List<Double> cold = new ArrayList<>();
      List<Double> cached = new ArrayList<>();
      CacheUse used = CacheUse.NONE;
      int warmUp = WIDE_WARM_UP * scale.rounds();
      for (int i = 0; i < warmUp + MEASURED; i++) {
        try (IndexReader reader = index.read()) {
          cold.add(time(reader, channel));
          CacheUse before = reader.cacheUse();
          cached.add(time(reader, channel));
          used = used.plus(reader.cacheUse().since(before));
        }
      }
      hitRate("wide-cached-hit-rate", used);
      outcome.metric("wide-cold", after(warmUp, cold)).metric("wide-cached", after(warmUp, cached));
    } finally {
      executor.shutdownNow();
    }
  }

  private static Metric after(int warmUp, List<Double> times) {
    return Metric.median(times.subList(warmUp, times.size()), Unit.MILLISECONDS);
  }

  private double time(IndexReader reader, String channel) throws InterruptedException {
    long started = run.time().nanos();
    int rows = reader.rows(channel).size();
    double milliseconds = (run.time().nanos() - started) / 1e6;
    count(rows, scale.wide());
    return milliseconds;
  }

  private long[] seqnos() throws InterruptedException {
    try (ChangeFeed feed = run.session().changes(ChangeListener.NOBODY)) {
      return feed.seqnos();
    }
  }
}
