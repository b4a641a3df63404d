package io.channelindex.embedded;

import static com.couchbase.client.java.kv.IncrementOptions.incrementOptions;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.AmbiguousTimeoutException;
import com.couchbase.client.core.error.DurabilityAmbiguousException;
import com.couchbase.client.core.error.DurabilityImpossibleException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.GetReplicaResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.PersistTo;
import com.couchbase.client.java.kv.ReplicateTo;
import com.couchbase.client.java.kv.UpsertOptions;
import io.channelindex.embedded.replication.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three nodes with one replica of everything, as {@code java-client} and {@code dcp-client} see
 * them.
 */
@ExtendWith(NettyLeaks.class)
class ClusterIT {
  private static final int VBUCKETS = 16;

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

  private EmbeddedNode node(int index) {
    return cluster.nodes().get(index);
  }

  private void writeAll(int from, int to, int n) {
    for (int i = from; i < to; i++) {
      bucket.write("key" + i, n);
    }
  }

  private void eachLink(Consumer<Link> action) {
    for (EmbeddedNode from : cluster.nodes()) {
      for (EmbeddedNode to : cluster.nodes()) {
        if (from != to) {
          action.accept(cluster.link(from, to));
        }
      }
    }
  }

  private EmbeddedNode activeNode(String key) {
    return bucket.activeNode(key);
  }

  private List<String> contents(String key) {
    return bucket
        .documents()
        .getAllReplicas(key)
        .map((GetReplicaResult copy) -> new String(copy.contentAsBytes(), UTF_8))
        .toList();
  }

  private static UpsertOptions durably(DurabilityLevel level) {
    return UpsertOptions.upsertOptions().durability(level);
  }

  @Test
  void everyNodeServesItsShare() {
    writeAll(0, 300, 1);
    Collection documents = bucket.documents();
    documents.mutateIn("key1", List.of(MutateInSpec.upsert("a", 2)));
    documents.binary().increment("counter", incrementOptions().initial(7));
    documents.remove("key2");

    assertThat(documents.lookupIn("key1", List.of(LookupInSpec.get("a"))).contentAs(0, int.class))
        .isEqualTo(2);
    assertThat(documents.exists("key2").exists()).isFalse();
    assertThat(bucket.bucket().documentCount()).isEqualTo(300);
    for (EmbeddedNode node : cluster.nodes()) {
      assertThat(node.connectionCount()).isPositive();
      assertThat(node.bucket(bucket.name()).documentCount()).isBetween(60L, 140L);
      assertThat(IntStream.range(0, VBUCKETS).filter(vb -> isActive(vb, node)).count())
          .isBetween(5L, 6L);
    }
  }

  private boolean isActive(int vbucket, EmbeddedNode node) {
    return bucket.bucket().activeNode(vbucket).orElseThrow() == node;
  }

  @Test
  void replicasAreReadWithWhatTheyHave() {
    bucket.write("key", 1);
    await().untilAsserted(() -> assertThat(contents("key")).hasSize(2).containsOnly("{\"n\":1}"));

    eachLink(Link::cut);
    bucket.write("key", 2);
    assertThat(contents("key")).containsExactlyInAnyOrder("{\"n\":1}", "{\"n\":2}");

    eachLink(Link::heal);
    await().untilAsserted(() -> assertThat(contents("key")).containsOnly("{\"n\":2}"));
  }

  @Test
  void aFollowerDrainsAllNodes() {
    writeAll(0, 200, 1);
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      writeAll(100, 300, 2);
      bucket.bucket().createCollection("_default", "c");
      bucket.awaitToldTo(follower);
      await().untilAsserted(() -> assertThat(follower.systemEvents()).hasSize(VBUCKETS));
      assertThat(follower.rollbacks()).isEmpty();
    }
  }

  @Test
  void mitigationWaitsForAllCopies() {
    try (DcpFollower follower =
        DcpFollower.connect(
                cluster,
                bucket.name(),
                settings -> settings.mitigateRollbacks(50, TimeUnit.MILLISECONDS))
            .followAll()) {
      writeAll(0, 50, 1);
      bucket.awaitToldTo(follower);
      EmbeddedBucket lagging = node(2).bucket(bucket.name());
      lagging.pausePersistence();
      writeAll(0, 50, 2);
      await()
          .during(Duration.ofMillis(300))
          .until(() -> !follower.documents().equals(bucket.model()));

      lagging.resumePersistence();

      bucket.awaitToldTo(follower);
    }
  }

  @ParameterizedTest
  @EnumSource(value = DurabilityLevel.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aDurableWriteIsOnItsReplicaWhenItIsAcknowledged(DurabilityLevel level) {
    eachLink(link -> link.delay(Duration.ofMillis(30)));
    long start = System.nanoTime();

    for (int i = 0; i < 10; i++) {
      bucket.documents().upsert("key" + i, Map.of("n", i), durably(level));

      EmbeddedNode active = activeNode("key" + i);
      assertThat(contents("key" + i)).contains("{\"n\":" + i + "}");
      assertThat(active.bucket(bucket.name()).documentCount()).isPositive();
    }

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void withoutTheReplicaADurableWriteIsAmbiguous() {
    bucket.write("key", 1);
    eachLink(Link::cut);

    assertAmbiguous(() -> write(DurabilityLevel.MAJORITY, 2));

    assertThat(bucket.documents().get("key").contentAsObject().getInt("n")).isEqualTo(1);
    eachLink(Link::heal);
    write(DurabilityLevel.MAJORITY, 3);
    assertThat(bucket.documents().get("key").contentAsObject().getInt("n")).isEqualTo(3);
  }

  private void write(DurabilityLevel level, int n) {
    bucket
        .documents()
        .upsert("key", Map.of("n", n), durably(level).timeout(Duration.ofMillis(1_600)));
  }

  private static void assertAmbiguous(ThrowingCallable write) {
    assertThatThrownBy(write)
        .isInstanceOfAny(DurabilityAmbiguousException.class, AmbiguousTimeoutException.class);
  }

  @Test
  void levelsDifferInWhoseDiskCounts() {
    EmbeddedNode active = activeNode("key");
    bucket.bucket().pausePersistence();
    write(DurabilityLevel.MAJORITY, 1);

    active.bucket(bucket.name()).resumePersistence();
    write(DurabilityLevel.MAJORITY_AND_PERSIST_TO_ACTIVE, 2);
    assertAmbiguous(() -> write(DurabilityLevel.PERSIST_TO_MAJORITY, 3));

    bucket.bucket().resumePersistence();
    write(DurabilityLevel.PERSIST_TO_MAJORITY, 4);
    assertThat(bucket.documents().get("key").contentAsObject().getInt("n")).isEqualTo(4);
  }

  @Test
  void observersSeeEachCopyForItself() {
    UpsertOptions everywhere =
        UpsertOptions.upsertOptions()
            .durability(PersistTo.TWO, ReplicateTo.ONE)
            .timeout(Duration.ofSeconds(2));
    bucket.documents().upsert("key", Map.of("n", 1), everywhere);

    eachLink(Link::cut);

    assertThatThrownBy(() -> bucket.documents().upsert("key", Map.of("n", 2), everywhere))
        .hasStackTraceContaining("Timeout");
  }

  @Test
  void failoverLosesWhatWasNotReplicated() {
    writeAll(0, 100, 1);
    EmbeddedNode lost = node(1);
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      awaitReplicated();
      cluster.nodes().forEach(to -> cutUnlessSame(lost, to));
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        if (activeNode("key" + i) == lost) {
          keys.add("key" + i);
          bucket.documents().upsert("key" + i, Map.of("n", 2));
          bucket.documents().upsert("lost" + i, Map.of("n", 2));
        }
      }
      assertThat(keys).isNotEmpty();
      await()
          .untilAsserted(
              () ->
                  assertThat(follower.documents().values().stream().filter("{\"n\":2}"::equals))
                      .hasSizeGreaterThanOrEqualTo(2 * keys.size()));

      cluster.failOver(lost);

      assertThat(cluster.nodes()).hasSize(2).doesNotContain(lost);
      // Those whose vbucket was on another node are there.
      for (int i = 0; i < 100; i++) {
        if (bucket.documents().exists("lost" + i).exists()) {
          bucket.model().put("lost" + i, "{\"n\":2}");
        }
      }
      for (String key : keys) {
        assertThat(bucket.documents().get(key).contentAsObject().getInt("n")).isEqualTo(1);
      }
      bucket.awaitToldTo(follower);
      assertThat(follower.rollbacks()).isNotEmpty();
      writeAll(0, 150, 3);
      bucket.awaitToldTo(follower);
    }
  }

  private void cutUnlessSame(EmbeddedNode from, EmbeddedNode to) {
    if (from != to) {
      cluster.link(from, to).cut();
    }
  }

  private void awaitReplicated() {
    await()
        .untilAsserted(
            () -> {
              for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                for (EmbeddedNode replica : bucket.bucket().replicaNodes(vbucket)) {
                  assertThat(replica.bucket(bucket.name()).highSeqno(vbucket))
                      .isEqualTo(bucket.bucket().highSeqno(vbucket));
                }
              }
            });
  }

  @Test
  void withTooFewNodesLeftDurabilityIsImpossible() {
    bucket.documents().upsert("key", Map.of("n", 1), durably(DurabilityLevel.MAJORITY));
    cluster.failOver(activeNode("key"));

    // The first attempts may be on their way to the node that is gone.
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () ->
                            bucket
                                .documents()
                                .upsert("key", Map.of("n", 2), durably(DurabilityLevel.MAJORITY)))
                    .isInstanceOf(DurabilityImpossibleException.class));
    assertThat(bucket.documents().get("key").contentAsObject().getInt("n")).isEqualTo(1);

    cluster.rebalance();

    bucket.documents().upsert("key", Map.of("n", 3), durably(DurabilityLevel.MAJORITY));
  }

  @Test
  void acknowledgedDurableWritesSurviveFailover() {
    eachLink(link -> link.delay(Duration.ofMillis(5)));
    for (int i = 0; i < 60; i++) {
      bucket.documents().upsert("key" + i, Map.of("n", 1), durably(DurabilityLevel.MAJORITY));
    }

    cluster.failOver(node(0));
    // What was prepared and not seen committed by the replica waits for another one.
    cluster.rebalance();

    for (int i = 0; i < 60; i++) {
      assertThat(bucket.documents().get("key" + i).contentAsObject().getInt("n")).isEqualTo(1);
    }
  }

  @Test
  void aCrashedNodeComesBackWithWhatItHadPersisted() {
    writeAll(0, 100, 1);
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      EmbeddedNode crashing = node(1);
      crashing.bucket(bucket.name()).pausePersistence();
      for (int i = 100; i < 200; i++) {
        if (activeNode("key" + i) == crashing) {
          bucket.documents().upsert("key" + i, Map.of("n", 2));
        } else {
          bucket.write("key" + i, 2);
        }
      }
      await().untilAsserted(() -> assertThat(follower.documents()).hasSize(200));

      crashing.crash();

      bucket.awaitToldTo(follower);
      awaitReplicated();
      writeAll(50, 250, 3);
      bucket.awaitToldTo(follower);
    }
  }

  @Test
  void clientsWorkWhileEverythingMoves() throws InterruptedException {
    writeAll(0, 100, 0);
    Writer writer = new Writer();
    try (DcpFollower follower = bucket.follow()) {
      Thread thread = new Thread(writer, "writer");
      thread.start();

      EmbeddedNode fourth = cluster.addNode();
      cluster.rebalance();
      assertThat(fourth.bucket(bucket.name()).documentCount()).isPositive();
      cluster.removeNode(node(0));
      cluster.failOverGracefully(node(0));
      cluster.addNode();
      cluster.rebalance();

      writer.stopped = true;
      thread.join();
      assertThat(writer.failure).isNull();
      assertThat(cluster.nodes()).hasSize(3);
      bucket.awaitToldTo(follower);
      assertThat(follower.rollbacks()).as("nothing was lost").isEmpty();
      for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
        assertThat(follower.failoverLog(vbucket)).hasSize(1);
      }
    }
    for (int i = 0; i < 100; i++) {
      assertThat(new String(bucket.documents().get("key" + i).contentAsBytes(), UTF_8))
          .isEqualTo(bucket.model().get("key" + i));
    }
    awaitReplicated();
  }

  /** Writes the same documents again and again. */
  private final class Writer implements Runnable {
    private volatile boolean stopped;
    private volatile Throwable failure;

    @Override
    public void run() {
      try {
        for (int n = 1; !stopped; n++) {
          writeAll(0, 100, n);
        }
      } catch (RuntimeException | AssertionError e) {
        failure = e;
      }
    }
  }

  @Test
  void aSlowDiskIsWaitedForByWhoAsksForIt() {
    Duration slow = Duration.ofSeconds(2);
    cluster.nodes().forEach(node -> node.persistenceDelay(slow));
    List<EmbeddedBucket> copies = cluster.nodes().stream().map(this::copy).toList();

    bucket.documents().upsert("key", 1, durably(DurabilityLevel.PERSIST_TO_MAJORITY));

    // The prepare is on both disks; the commit, which nobody waits for, need not be.
    copies.forEach(EmbeddedBucket::crash);
    await().until(() -> copies.stream().mapToLong(EmbeddedBucket::documentCount).sum() == 1);
    assertThatThrownBy(() -> cluster.nodes().get(0).persistenceDelay(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delay=PT-0.001S, minimum=PT0S");
  }

  private EmbeddedBucket copy(EmbeddedNode node) {
    return node.bucket(bucket.name());
  }
}
