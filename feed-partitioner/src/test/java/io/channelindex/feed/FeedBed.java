package io.channelindex.feed;

import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.RequestCanceledException;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.env.ClusterEnvironment;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.MutateInOptions;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.StoreSemantics;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.sequence.PartitionMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A node with a bucket, the real client to write with, and a feed with sessions that record. */
final class FeedBed implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  // A connection that ends in the middle of its handshake is noticed by this timeout only.
  private static final Duration HANDSHAKE = Duration.ofSeconds(5);
  static final String BUCKET = "data";
  private static final int ATTEMPTS = 20;
  static final int SMALLEST_BUFFER = 64 << 10;

  final PartitionMap map;
  final RecordingOwner owner;
  private final List<PartitionedFeed> feeds = new ArrayList<>();
  private EmbeddedCouchbase node;
  private boolean nodeRuns = true;
  private final ClusterEnvironment environment;
  private final Cluster cluster;
  final Collection documents;

  FeedBed(int vbuckets, int partitions) {
    this(vbuckets, partitions, 1);
  }

  FeedBed(int vbuckets, int partitions, int nodes) {
    map = new PartitionMap(vbuckets, partitions);
    owner = new RecordingOwner(map);
    node = EmbeddedCouchbase.builder().nodes(nodes).vbuckets(vbuckets).bucket(BUCKET).start();
    environment =
        ClusterEnvironment.builder()
            .timeoutConfig(timeouts -> timeouts.kvTimeout(PATIENCE).connectTimeout(HANDSHAKE))
            .build();
    cluster =
        Cluster.connect(
            node.connectionString(),
            ClusterOptions.clusterOptions(node.username(), node.password())
                .environment(environment));
    documents = cluster.bucket(BUCKET).defaultCollection();
    cluster.bucket(BUCKET).waitUntilReady(PATIENCE);
  }

  EmbeddedCouchbase node() {
    return node;
  }

  EmbeddedBucket bucket() {
    return node.bucket(BUCKET);
  }

  FeedSettings settings() {
    return settings(1 << 20, null);
  }

  FeedSettings settings(int bufferBytes, @Nullable Duration persistencePolling) {
    return new FeedSettings(
        node.connectionString(),
        node.username(),
        node.password(),
        BUCKET,
        bufferBytes,
        persistencePolling,
        Duration.ofMillis(20),
        Duration.ofMillis(500));
  }

  PartitionedFeed start() {
    return start(settings());
  }

  PartitionedFeed start(FeedSettings settings) {
    PartitionedFeed feed = new PartitionedFeed(settings, map, PartitionSet.all(map).ids(), owner);
    feeds.add(feed);
    feed.start();
    return feed;
  }

  /** Writes, more than once if the node goes away meanwhile. */
  void write(String key, int n) {
    JsonObject body = JsonObject.create().put("n", n);
    for (int attempt = 0; ; attempt++) {
      try {
        documents.upsert(key, body);
        return;
      } catch (RequestCanceledException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Writes a document whose extended attribute {@code _ci} has {@code n} and some ballast. */
  void writeWithAttribute(String key, int n, int ballastBytes) {
    documents.mutateIn(
        key,
        List.of(
            MutateInSpec.upsert(
                    "_ci", JsonObject.create().put("n", n).put("x", "x".repeat(ballastBytes)))
                .xattr(),
            MutateInSpec.replace("", JsonObject.create().put("n", n))),
        MutateInOptions.mutateInOptions().storeSemantics(StoreSemantics.UPSERT));
  }

  /** Waits until the newest sessions have everything that the node has. */
  void awaitCaughtUp() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
                if (owner.sessions(map.partitionOf(vbucket)).isEmpty()
                    || owner.ofVbucket(vbucket).position(vbucket).seqno()
                        != bucket().highSeqno(vbucket)) {
                  return false;
                }
              }
              return true;
            });
  }

  static void awaitStatus(
      PartitionedFeed feed, int partition, Predicate<PartitionStatus> expected) {
    await().atMost(PATIENCE).until(() -> feed.status().get(partition), expected);
  }

  static void awaitRunning(PartitionedFeed feed) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                feed.status().stream()
                    .allMatch(
                        status ->
                            status.state() == PartitionStatus.State.RUNNING
                                && status.openStreams() == status.vbuckets()));
  }

  /** A vbucket with a key that has changes of its own. */
  int vbucketWithData() {
    for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
      if (bucket().highSeqno(vbucket) > 2) {
        return vbucket;
      }
    }
    throw new AssertionError("no vbucket has data");
  }

  Cluster cluster() {
    return cluster;
  }

  /** A client of its own, for a node that the other client does not know. */
  final class Writer implements AutoCloseable {
    private final Cluster another =
        Cluster.connect(
            node.connectionString(),
            ClusterOptions.clusterOptions(node.username(), node.password())
                .environment(environment));

    void write(String key, int n) {
      another.bucket(BUCKET).defaultCollection().upsert(key, JsonObject.create().put("n", n));
    }

    @Override
    public void close() {
      another.disconnect();
    }
  }

  Writer newWriter() {
    return new Writer();
  }

  void stopNode() {
    node.close();
    nodeRuns = false;
  }

  /** Another node at the same address, with nothing in it. */
  void startNodeAgain() {
    node =
        EmbeddedCouchbase.builder()
            .port(node.port())
            .managerPort(node.managerPort())
            .vbuckets(map.vbuckets())
            .bucket(BUCKET)
            .start();
    nodeRuns = true;
  }

  @Override
  public void close() {
    feeds.forEach(PartitionedFeed::close);
    cluster.disconnect();
    environment.shutdown();
    if (nodeRuns) {
      node.close();
    }
  }
}
