package io.channelindex.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.cluster.NodeState;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What {@code java-client} and {@code dcp-client} go through with nodes that stop and come back.
 */
@ExtendWith(NettyLeaks.class)
@Timeout(120)
class NodeFailuresIT {
  private static final int VBUCKETS = 16;

  private EmbeddedCouchbase cluster;
  private JavaClient client;
  private ModelledBucket bucket;
  private EmbeddedNode node;

  @BeforeEach
  void start() {
    cluster = EmbeddedCouchbase.builder().nodes(3).start();
    client = JavaClient.connect(cluster);
    bucket = new ModelledBucket(cluster, client, VBUCKETS, 1);
    node = cluster.nodes().get(1);
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  private void writeAll(int n) {
    for (int i = 0; i < 100; i++) {
      bucket.write("key" + i, n);
    }
  }

  private CompletableFuture<Void> readAll() {
    return CompletableFuture.allOf(
        IntStream.range(0, 100)
            .mapToObj(i -> bucket.documents().async().get("key" + i))
            .toArray(CompletableFuture[]::new));
  }

  private long activeOn(EmbeddedNode candidate) {
    return IntStream.range(0, VBUCKETS)
        .filter(vb -> bucket.bucket().activeNode(vb).filter(candidate::equals).isPresent())
        .count();
  }

  private void awaitReplicated() {
    await()
        .untilAsserted(
            () -> {
              for (int vb = 0; vb < VBUCKETS; vb++) {
                for (EmbeddedNode replica : bucket.bucket().replicaNodes(vb)) {
                  assertThat(replica.bucket(bucket.name()).highSeqno(vb))
                      .isEqualTo(bucket.bucket().highSeqno(vb));
                }
              }
            });
  }

  /** Or it would be left half done: with a disk that writes never, or a start without end. */
  @Test
  void whatNoTimerCanWaitForIsRefused() {
    Duration ages = Duration.ofDays(365 * 1000);

    assertThatThrownBy(() -> node.persistenceDelay(ages))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delay=PT8760000H, maximum=PT2562047H47M16.854775807S");
    assertThat(node.persistenceDelay()).isZero();
    node.kill();
    assertThatThrownBy(() -> node.restart(ages))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("warmUp=PT8760000H, maximum=");
    assertThat(node.state()).isEqualTo(NodeState.KILLED);
  }

  @Test
  void aNodeThatIsStartedAgainHasADiskThatWorks() {
    node.pausePersistence();
    node.kill();
    node.pausePersistence();

    node.restart();

    assertThat(node.isPersistencePaused()).isFalse();
  }

  @Test
  void clientsWaitForANodeThatStandsStill() throws Exception {
    writeAll(1);
    node.pause();

    CompletableFuture<Void> reads = readAll();

    assertThatThrownBy(() -> reads.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    node.resume();
    reads.get(30, TimeUnit.SECONDS);
  }

  @Test
  void clientsWaitWhileTheWayToANodeIsCut() throws Exception {
    writeAll(1);
    cluster.clientLink(node).cut();

    CompletableFuture<Void> reads = readAll();

    assertThatThrownBy(() -> reads.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    cluster.clientLink(node).heal();
    reads.get(30, TimeUnit.SECONDS);
  }

  @Test
  void whatWasNotPersistedIsUndoneForEveryone() {
    writeAll(1);
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      awaitReplicated();
      node.bucket(bucket.name()).pausePersistence();
      for (int i = 0; i < 100; i++) {
        if (bucket.activeNode("key" + i) == node) {
          bucket.documents().upsert("key" + i, Map.of("n", 2));
        }
      }
      await().untilAsserted(() -> assertThat(follower.documents()).containsValue("{\"n\":2}"));

      node.kill();
      node.restart();

      bucket.awaitToldTo(follower);
      awaitReplicated();
      writeAll(3);
      bucket.awaitToldTo(follower);
      assertThat(follower.rollbacks()).isNotEmpty();
    }
  }

  @Test
  void theOthersGoOnWithoutADeadNodeAndTakeItBack() {
    writeAll(1);
    awaitReplicated();
    int port = node.port();
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      node.kill();
      assertThat(cluster.nodes()).contains(node);

      cluster.failOver(node);

      assertThat(cluster.nodes()).hasSize(2).doesNotContain(node);
      assertThatThrownBy(node::restart)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("node=node-1, state=GONE, allowed=[KILLED]");
      writeAll(2);
      bucket.awaitToldTo(follower);

      cluster.addBack(node);

      assertThat(node.state()).isEqualTo(NodeState.RUNNING);
      assertThat(node.port()).isEqualTo(port);
      assertThat(node.bucket(bucket.name()).documentCount()).isZero();
      assertThatThrownBy(() -> cluster.addBack(node)).isInstanceOf(IllegalArgumentException.class);
      cluster.rebalance();
      assertThat(activeOn(node)).isBetween(5L, 6L);
      writeAll(3);
      bucket.awaitToldTo(follower);
      awaitReplicated();
      assertThat(bucket.documents().get("key1").contentAsObject().getInt("n")).isEqualTo(3);
    }
  }

  @Test
  void aVbucketWhoseReplicaIsDeadWaitsForIt() {
    writeAll(1);
    awaitReplicated();
    EmbeddedNode other = cluster.nodes().get(2);
    other.kill();
    node.kill();

    cluster.failOver(node);

    assertThat(activeOn(cluster.nodes().get(0)) + activeOn(other)).isEqualTo(VBUCKETS);
    other.restart();
    for (int i = 0; i < 100; i++) {
      assertThat(bucket.documents().get("key" + i).contentAsObject().getInt("n")).isOne();
    }
    cluster.rebalance();
    writeAll(2);
    awaitReplicated();
  }
}
