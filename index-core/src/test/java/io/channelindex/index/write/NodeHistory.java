package io.channelindex.index.write;

import static io.channelindex.index.write.NodeFaults.DATA;
import static io.channelindex.index.write.NodeFaults.INDEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.env.ClusterEnvironment;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.feed.FeedSettings;
import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;

/**
 * One random history of an embedded node: documents are written through the real client, several
 * processes index them from real streams through real connections, readers read, and the node does
 * to all of them what a plan says.
 *
 * <p>The seed decides what is done in which order, what the fault plans are, and what clients read;
 * what threads and sockets make of it is different each time. A seed that fails says which schedule
 * to run again, perhaps more than once.
 */
final class NodeHistory implements AutoCloseable {
  private static final int VBUCKETS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration BEFORE_ANOTHER_INDEXER = Duration.ofSeconds(3);

  private final Random random;
  private final Layout layout;
  private final BlockCompression compression;
  private final PartitionMap map = new PartitionMap(VBUCKETS, 2);
  private final Placement placement;
  private final IndexKeys keys;
  private final ScheduledExecutorService executor;
  private final EmbeddedCouchbase node;
  private final Cluster cluster;
  private final NodeData data;
  private final List<IndexBucket> buckets = new ArrayList<>();
  private final IndexBucket checking;
  private final List<NodeIndexer> indexers = new ArrayList<>();
  private final List<IndexCheck> checks = new ArrayList<>();
  private final NodeClients clients;
  private final WriterSettings settings;
  private boolean persisting = true;
  private int names;
  private int compared;

  NodeHistory(long seed, ClusterEnvironment environment, ScheduledExecutorService executor) {
    this.random = new Random(seed);
    this.executor = executor;
    int layouts = Layouts.all().size();
    this.layout = Layouts.all().get(Math.floorMod(seed, layouts));
    long number = Math.floorDiv(seed, layouts);
    this.compression = Codings.compression(number);
    this.placement =
        random.nextBoolean()
            ? Placement.SPREAD
            : Placement.colocated(1 + random.nextInt(3), VBUCKETS);
    this.keys = new IndexKeys("db", placement);
    node = EmbeddedCouchbase.builder().vbuckets(VBUCKETS).bucket(DATA).bucket(INDEX).start();
    cluster =
        Cluster.connect(
            node.connectionString(),
            ClusterOptions.clusterOptions(node.username(), node.password())
                .environment(environment));
    cluster.bucket(DATA).waitUntilReady(PATIENCE);
    cluster.bucket(INDEX).waitUntilReady(PATIENCE);
    data = new NodeData(node.bucket(DATA), cluster);
    checking = bucket(PATIENCE);
    settings =
        new WriterSettings(
            layout,
            Codings.nth(number),
            1024,
            new Compacting(random.nextInt(4), Duration.ZERO, 2 + random.nextInt(100)),
            WriterHistory.batching(random),
            Duration.ofSeconds(1),
            WriterProbe.NONE);
    for (int partition = 0; partition < map.partitions(); partition++) {
      checks.add(
          new IndexCheck(
              RandomDocuments.CHANNELS, vbuckets(partition), reading(keys, partition).stable()));
    }
    clients =
        new NodeClients(
            new Random(seed + 1),
            bucket(Duration.ofMillis(300)),
            keys,
            placement,
            map,
            layout,
            executor);
    takeOver();
  }

  private IndexBucket bucket(Duration timeout) {
    IndexBucket bucket =
        new CouchbaseIndexBucket(
            cluster.bucket(INDEX).defaultCollection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(timeout));
    buckets.add(bucket);
    return bucket;
  }

  private Map<Integer, DataVbucket> vbuckets(int partition) {
    Map<Integer, DataVbucket> own = new TreeMap<>(data.vbuckets());
    own.keySet().removeIf(vbucket -> map.partitionOf(vbucket) != partition);
    return own;
  }

  private IndexReading reading(IndexKeys of, int partition) {
    return new IndexReading(
        key -> checking.get(key).toCompletableFuture().join().map(Versioned::value).orElse(null),
        of,
        map,
        partition,
        layout);
  }

  /** How much was seen: pages, comparisons of the index with the data, faults. */
  String summary() {
    return "layout="
        + layout.name()
        + ", compression="
        + compression.stableName()
        + ", placement="
        + placement
        + ", pages="
        + clients.pages()
        + ", failedReads="
        + clients.failures()
        + ", comparisons="
        + compared
        + ", indexers="
        + indexers.size();
  }

  int compared() {
    return compared;
  }

  /** One random thing happens. */
  void act() {
    switch (random.nextInt(17)) {
      case 0, 1, 2, 3, 4 -> write(1 + random.nextInt(15));
      case 5, 6, 7 -> clients.read();
      case 8, 9 -> check();
      case 10, 11 -> node.faults().install(NodeFaults.any(random));
      case 12 -> takeOver();
      case 13 -> pauseOrResume();
      case 14 -> anyIndexer().compact();
      default -> troubleTheData();
    }
  }

  private void write(int count) {
    for (int i = 0; i < count; i++) {
      String id = "doc" + random.nextInt(1 + names);
      if (random.nextInt(3) == 0 || data.vbucketOf(id).isPurged(id)) {
        id = "doc" + names++;
      }
      if (data.exists(id) && random.nextInt(5) == 0) {
        data.write(id, Optional.empty());
      } else if (!data.vbucketOf(id).isPurged(id)) {
        data.write(id, Optional.of(RandomDocuments.someChannels(random)));
      }
    }
  }

  /** Another process takes everything; who had it goes on, or ends, or is paused. */
  private void takeOver() {
    if (!indexers.isEmpty()) {
      NodeIndexer last = indexers.get(indexers.size() - 1);
      switch (random.nextInt(3)) {
        case 0 -> last.close();
        case 1 -> last.pause();
        default -> {}
      }
    }
    NodeIndexer next = indexer(keys);
    indexers.add(next);
    next.start();
  }

  private NodeIndexer indexer(IndexKeys of) {
    FeedSettings feed =
        new FeedSettings(
            node.connectionString(),
            node.username(),
            node.password(),
            DATA,
            64 << 10,
            null,
            Duration.ofMillis(5),
            Duration.ofMillis(100));
    return new NodeIndexer(data, feed, bucket(Duration.ofMillis(300)), of, map, settings, executor);
  }

  /** Some indexer, which may have lost its partitions. */
  private NodeIndexer anyIndexer() {
    return indexers.get(random.nextInt(indexers.size()));
  }

  private void pauseOrResume() {
    NodeIndexer any = anyIndexer();
    if (random.nextBoolean()) {
      any.pause();
    } else {
      any.resume();
    }
  }

  private void troubleTheData() {
    switch (random.nextInt(5)) {
      case 0, 1 -> {
        data.pausePersistence();
        persisting = false;
      }
      case 2, 3 -> {
        data.crash();
        persisting = true;
      }
      default -> {
        if (persisting) {
          data.purge();
        }
      }
    }
  }

  /** What readers see now is what the data service had, where nothing moves meanwhile. */
  private void check() {
    node.faults().clear();
    node.faults().release();
    for (int partition = 0; partition < map.partitions(); partition++) {
      check(partition);
    }
  }

  private boolean check(int partition) {
    IndexReading reading = reading(keys, partition);
    StableDocument stable = reading.stable();
    checks.get(partition).progress(stable);
    vbuckets(partition).values().forEach(vbucket -> noteRebuild(vbucket, stable));
    Map<String, Map<Place, Row>> rows = new HashMap<>();
    for (String channel : checks.get(partition).channels()) {
      rows.put(channel, reading.channel(channel, stable));
    }
    boolean still = reading.stable().equals(stable);
    if (still) {
      checks.get(partition).compare(stable, rows::get);
      compared++;
    }
    return still;
  }

  /** A rebuild tells of documents that a new index would never have known. */
  private static void noteRebuild(DataVbucket vbucket, StableDocument stable) {
    VbucketState state = stable.vbucket(vbucket.number());
    vbucket.lostTraces |= state.rebuilding() || state.position().seqno() == 0;
  }

  /** Without further trouble everything gets through, and everybody knows. */
  void finish() {
    node.faults().clear();
    node.faults().release();
    data.resumePersistence();
    indexers.forEach(NodeIndexer::resume);
    data.vbuckets().values().forEach(this::writeInto);
    awaitIndexed(keys);
    for (int partition = 0; partition < map.partitions(); partition++) {
      int number = partition;
      await().atMost(PATIENCE).until(() -> check(number));
    }
    data.assertModelled();
    checkRebuilt();
    clients.assertKnow(data.vbuckets().values());
  }

  private void writeInto(DataVbucket vbucket) {
    String id;
    do {
      id = "doc" + names++;
    } while (data.vbucketOf(id).number() != vbucket.number());
    data.write(id, Optional.of(Set.of("a", "b")));
  }

  /** Who lost a partition does not take it again: somebody has to. */
  private void awaitIndexed(IndexKeys of) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long another = System.nanoTime() + BEFORE_ANOTHER_INDEXER.toNanos();
    while (!isIndexed(of)) {
      assertThat(System.nanoTime()).as("not indexed in time: %s", states(of)).isLessThan(deadline);
      if (System.nanoTime() > another) {
        indexers.forEach(NodeIndexer::close);
        indexers.clear();
        indexers.add(indexer(of));
        indexers.get(0).start();
        another = Long.MAX_VALUE;
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  private String states(IndexKeys of) {
    StringBuilder states = new StringBuilder();
    data.vbuckets()
        .forEach(
            (number, vbucket) ->
                states
                    .append("\n")
                    .append(vbucket)
                    .append(", ")
                    .append(reading(of, map.partitionOf(number)).stable().vbucket(number)));
    return states.toString();
  }

  private boolean isIndexed(IndexKeys of) {
    for (int partition = 0; partition < map.partitions(); partition++) {
      StableDocument stable = reading(of, partition).stable();
      for (DataVbucket vbucket : vbuckets(partition).values()) {
        if (!vbucket.isIndexed(stable.vbucket(vbucket.number()))) {
          return false;
        }
      }
    }
    return true;
  }

  private void checkRebuilt() {
    IndexKeys fresh = new IndexKeys("fresh", Placement.SPREAD);
    try (NodeIndexer indexer = indexer(fresh)) {
      indexer.start();
      await().atMost(PATIENCE).until(() -> isIndexed(fresh));
    }
    for (int partition = 0; partition < map.partitions(); partition++) {
      IndexReading rebuilt = reading(fresh, partition);
      IndexReading reading = reading(keys, partition);
      for (String channel : checks.get(partition).channels()) {
        IndexCheck.compareWithNew(
            channel,
            reading.channel(channel, reading.stable()),
            rebuilt.channel(channel, rebuilt.stable()));
      }
    }
  }

  @Override
  public void close() {
    node.faults().clear();
    node.faults().release();
    clients.close();
    indexers.forEach(NodeIndexer::close);
    buckets.forEach(IndexBucket::close);
    cluster.disconnect();
    node.close();
  }
}
