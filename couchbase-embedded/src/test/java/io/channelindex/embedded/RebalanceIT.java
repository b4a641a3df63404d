package io.channelindex.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.UpsertOptions;
import io.channelindex.embedded.replication.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was promised to durable writes, while the copies that it was promised for move away. */
@ExtendWith(NettyLeaks.class)
class RebalanceIT {
  private static final int VBUCKETS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private EmbeddedCouchbase cluster;
  private JavaClient client;
  private ModelledBucket bucket;

  @BeforeEach
  void start() {
    cluster = EmbeddedCouchbase.builder().nodes(3).start();
    client = JavaClient.connect(cluster);
    bucket = new ModelledBucket(cluster, client, VBUCKETS, 1);
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  private void write(String key, int n, DurabilityLevel level) {
    bucket.documents().upsert(key, Map.of("n", n), UpsertOptions.upsertOptions().durability(level));
  }

  private int read(String key) {
    return bucket.documents().get(key).contentAsObject().getInt("n");
  }

  private boolean isActiveAnywhere(EmbeddedNode node) {
    return IntStream.range(0, VBUCKETS)
        .anyMatch(vbucket -> bucket.bucket().activeNode(vbucket).filter(node::equals).isPresent());
  }

  @Test
  void aNodeWhoseDiskHangsTakesNothingOver() {
    for (int i = 0; i < 100; i++) {
      write("key" + i, i, DurabilityLevel.PERSIST_TO_MAJORITY);
    }
    EmbeddedNode fourth = cluster.addNode();
    fourth.bucket(bucket.name()).pausePersistence();

    CompletableFuture<Void> rebalance = CompletableFuture.runAsync(cluster::rebalance);

    await().during(Duration.ofMillis(300)).until(() -> !isActiveAnywhere(fourth));
    fourth.crash();
    await().atMost(PATIENCE).until(rebalance::isDone);
    rebalance.join();
    assertThat(isActiveAnywhere(fourth)).isTrue();
    fourth.crash();
    // A client that is cut off just as it has connected may take itself to be connected for good.
    try (JavaClient reader = JavaClient.connect(cluster)) {
      Collection documents = reader.documents(bucket.name());
      for (int i = 0; i < 100; i++) {
        assertThat(documents.get("key" + i).contentAsObject().getInt("n")).isEqualTo(i);
      }
    }
  }

  /** The old copy does not follow the new one, and until it does the handover is not over. */
  @Test
  void clientsFindAVbucketWhileItsOldCopyDoesNotFollow() {
    EmbeddedNode old = cluster.nodes().get(0);
    List<String> keys = IntStream.range(0, 100).mapToObj(i -> "key" + i).toList();
    keys.forEach(key -> bucket.write(key, 1));
    List<String> there = keys.stream().filter(key -> bucket.activeNode(key) == old).toList();
    List<Link> links =
        cluster.nodes().stream()
            .filter(node -> node != old)
            .map(node -> cluster.link(node, old))
            .toList();
    links.forEach(Link::cut);

    CompletableFuture<Void> handover =
        CompletableFuture.runAsync(() -> cluster.failOverGracefully(old));

    await().until(() -> there.stream().anyMatch(key -> bucket.activeNode(key) != old));
    for (String key : there) {
      assertThat(read(key)).isEqualTo(1);
    }
    assertThat(handover).isNotDone();
    links.forEach(Link::heal);
    await().atMost(PATIENCE).until(handover::isDone);
    handover.join();
    assertThat(cluster.nodes()).hasSize(2);
  }

  @Test
  void whatWasAcknowledgedByTheReplicaBeforeIsAtTheNextOne() throws InterruptedException {
    EmbeddedNode fourth = cluster.addNode();
    for (EmbeddedNode node : cluster.nodes()) {
      cluster.link(node, fourth).delay(Duration.ofMillis(node == fourth ? 0 : 40));
    }
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(new Writer(i));
    }
    writers.forEach(Thread::start);
    TimeUnit.MILLISECONDS.sleep(100);

    cluster.rebalance();
    cluster.failOver(cluster.nodes().get(0));

    for (Writer writer : writers) {
      writer.stopped = true;
      writer.join(PATIENCE.toMillis());
      assertThat(writer.acknowledged).as("refused=%d", writer.refused).isNotEmpty();
    }
    // Where a copy is missing, what is prepared waits for it.
    cluster.rebalance();
    for (Writer writer : writers) {
      writer.acknowledged.forEach(
          (key, n) -> assertThat(read(key)).as(key).isGreaterThanOrEqualTo(n));
    }
  }

  /** Writes its own documents durably, without rest. */
  private final class Writer extends Thread {
    private final int id;
    private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
    private volatile boolean stopped;
    private int refused;

    private Writer(int id) {
      super("writer" + id);
      this.id = id;
    }

    @Override
    public void run() {
      for (int n = 1; !stopped; n++) {
        String key = id + ":" + n % 32;
        try {
          write(key, n, DurabilityLevel.MAJORITY);
          acknowledged.put(key, n);
        } catch (CouchbaseException e) {
          // Nobody knows, or with one copy left it is impossible: nothing was promised.
          refused++;
        }
      }
    }
  }
}
