package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.embedded.cluster.NodeState;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is seen of a node that stands still, is gone, warms up or is far away, and of a rebalance.
 *
 * <p>Documented: what signals and lost packets do to a process's sockets. While a server warms up,
 * {@code isDegradedMode} of {@code engines/ep/src/ep_engine.cc} of couchbase/kv_engine; the forward
 * map, {@code bucket_info_cache} of couchbase/ns_server.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "kv_engine engines/ep/src/ep_engine.cc, ns_server src/bucket_info_cache.erl")
@Timeout(60)
class NodeLifeIT {
  private static final String BUCKET = "default";
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final Duration A_WHILE = Duration.ofMillis(200);

  private EmbeddedCouchbase cluster;
  private EmbeddedNode active;
  private EmbeddedNode replica;

  @BeforeEach
  void start() {
    cluster =
        EmbeddedCouchbase.builder()
            .nodes(3)
            .bucket(new BucketSettings(BUCKET, DocumentKey.VBUCKETS).withReplicas(1))
            .start();
    active = bucket().activeNode(DOCUMENT.vbucket()).orElseThrow();
    replica = bucket().replicaNodes(DOCUMENT.vbucket()).get(0);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private EmbeddedBucket bucket() {
    return cluster.bucket(BUCKET);
  }

  private static WireClient open(EmbeddedNode node) {
    return WireClient.open(node.port(), BUCKET);
  }

  private static Frame get() {
    return Captures.get(DOCUMENT);
  }

  private static Frame set(String json) {
    return Captures.set(DOCUMENT, json);
  }

  private void store(WireClient client, String json) {
    assertStatus(client.call(set(json)), Status.SUCCESS);
  }

  private void awaitReplicated() {
    await().untilAsserted(() -> assertThat(replicated()).isEqualTo(written()));
  }

  private long written() {
    return bucket().highSeqno(DOCUMENT.vbucket());
  }

  private long replicated() {
    return replica.bucket(BUCKET).highSeqno(DOCUMENT.vbucket());
  }

  private static void assertSilent(WireClient client) {
    assertThat(client.pollServerFrame(A_WHILE)).isEmpty();
  }

  @Test
  void aPausedNodeKeepsEverybodyWaiting() throws IOException {
    try (WireClient connected = open(active);
        Socket late = new Socket()) {
      store(connected, "1");
      awaitReplicated();

      active.pause();

      int waiting = connected.send(get());
      late.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), active.port()), 1_000);
      assertSilent(connected);
      assertThat(active.connectionCount()).as("the late one is not accepted").isOne();
      active.faults().release();
      assertSilent(connected);

      active.resume();

      assertThat(connected.awaitResponse(waiting).text()).isEqualTo("1");
      await().untilAsserted(() -> assertThat(active.connectionCount()).isEqualTo(2));
      store(connected, "2");
      awaitReplicated();
    }
  }

  @Test
  void nothingIsReplicatedFromOrToAPausedNode() {
    try (WireClient connected = open(active)) {
      store(connected, "1");
      awaitReplicated();
      replica.pause();

      store(connected, "2");

      await().during(A_WHILE).until(() -> replicated() == 1);
      replica.resume();
      awaitReplicated();
      cluster.link(active, replica).cut();
      store(connected, "3");
      active.pause();
      cluster.link(active, replica).heal();
      await().during(A_WHILE).until(() -> replicated() == 2);
      active.resume();
      awaitReplicated();
    }
  }

  @Test
  void aKilledNodeIsGoneUntilItIsStartedAgain() {
    int port = active.port();
    int managerPort = active.managerPort();
    try (WireClient connected = open(active)) {
      store(connected, "1");
      active.bucket(BUCKET).pausePersistence();
      store(connected, "2");
      long branch = bucket().vbuuid(DOCUMENT.vbucket());

      active.kill();

      assertThat(connected.readUntilClosed()).isEmpty();
      assertThat(active.state()).isEqualTo(NodeState.KILLED);
      assertRefused(port);
      assertRefused(managerPort);

      active.restart();

      assertThat(active.port()).isEqualTo(port);
      assertThat(bucket().vbuuid(DOCUMENT.vbucket())).isNotEqualTo(branch);
      try (WireClient again = open(active)) {
        assertThat(again.call(get()).text()).as("what was persisted").isEqualTo("1");
        store(again, "3");
        awaitReplicated();
      }
    }
  }

  private static void assertRefused(int port) {
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void whileItWarmsUpClientsAreAskedToComeAgain() {
    try (WireClient connected = open(active)) {
      store(connected, "1");
    }
    active.kill();

    active.restart(Duration.ofSeconds(2));

    try (WireClient early = open(active)) {
      assertStatus(early.call(get()), Status.ETMPFAIL);
      assertStatus(early.call(set("2")), Status.ETMPFAIL);
      assertStatus(
          early.call(Frame.request(Opcode.SUBDOC_GET_COUNT).withDocument(DOCUMENT)),
          Status.ETMPFAIL);
      assertStatus(early.call(Frame.request(Opcode.NOOP)), Status.SUCCESS);
      assertThat(active.state()).isEqualTo(NodeState.WARMING_UP);
      await().untilAsserted(() -> assertStatus(early.call(get()), Status.SUCCESS));
      assertThat(active.state()).isEqualTo(NodeState.RUNNING);
    }
  }

  @Test
  void itComesBackWhileItWarmsUpForTheLastTime() {
    active.kill();
    active.restart(Duration.ofMinutes(1));

    active.kill();
    active.restart();

    try (WireClient client = open(active)) {
      store(client, "1");
    }
  }

  @Test
  void aCutHangsClientsAndNoNodes() {
    try (WireClient connected = open(replica);
        WireClient other = open(active)) {
      cluster.clientLink(replica).cut();

      int waiting = connected.send(Frame.request(Opcode.NOOP));
      store(other, "1");

      awaitReplicated();
      assertSilent(connected);
      cluster.clientLink(replica).heal();
      assertStatus(connected.awaitResponse(waiting), Status.SUCCESS);
    }
  }

  @Test
  void aLinkStaysCutWhateverBecomesOfTheNode() {
    cluster.clientLink(active).cut();
    active.pause();
    active.resume();
    active.kill();
    active.restart();
    try (WireClient hanging = WireClient.connect(active.port())) {
      int waiting = hanging.send(Frame.request(Opcode.SASL_LIST_MECHANISMS));
      assertSilent(hanging);

      cluster.clientLink(active).heal();

      assertStatus(hanging.awaitResponse(waiting), Status.SUCCESS);
    }
  }

  @Test
  void aLongWayTakesTheTimeThereAndBack() {
    try (WireClient connected = open(active)) {
      cluster.clientLink(active).delay(Duration.ofMillis(60));
      long start = System.nanoTime();
      int first = connected.send(set("1"));
      int second = connected.send(get());

      assertStatus(connected.awaitResponse(first), Status.SUCCESS);
      assertThat(connected.awaitResponse(second).text()).isEqualTo("1");

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(120));
      cluster.clientLink(active).delay(Duration.ZERO);
      for (int n = 0; n < 100; n++) {
        store(connected, Integer.toString(n));
      }
    }
  }

  private static JsonNode config(EmbeddedNode node) throws IOException {
    try (WireClient client = open(node)) {
      Frame answer = client.call(Frame.request(Opcode.GET_CLUSTER_CONFIG));
      return new ObjectMapper().readTree(answer.text()).get("vBucketServerMap");
    }
  }

  @Test
  void whereVbucketsGoIsToldUntilTheyAreThere() throws IOException {
    assertThat(config(active).has("vBucketMapForward")).isFalse();
    EmbeddedNode fourth = cluster.addNode();
    for (EmbeddedNode node : cluster.nodes()) {
      cluster.link(node, fourth).cut();
    }
    CompletableFuture<Void> rebalance = CompletableFuture.runAsync(cluster::rebalance);

    await().untilAsserted(() -> assertThat(config(active).has("vBucketMapForward")).isTrue());
    JsonNode map = config(active);
    assertThat(map.get("vBucketMapForward")).hasSize(DocumentKey.VBUCKETS);
    assertThat(actives(map.get("vBucketMap"))).containsOnly(0, 1, 2);
    assertThat(actives(map.get("vBucketMapForward"))).containsOnly(0, 1, 2, 3);

    for (EmbeddedNode node : cluster.nodes()) {
      cluster.link(node, fourth).heal();
    }
    rebalance.join();
    JsonNode after = config(active);
    assertThat(after.has("vBucketMapForward")).isFalse();
    assertThat(after.get("vBucketMap")).isEqualTo(map.get("vBucketMapForward"));
  }

  private static Set<Integer> actives(JsonNode map) {
    Set<Integer> actives = new HashSet<>();
    StreamSupport.stream(map.spliterator(), false)
        .forEach(chain -> actives.add(chain.get(0).intValue()));
    return actives;
  }

  @Test
  void aRebalanceEndsWithTheNodeThatItNeeds() throws IOException {
    EmbeddedNode fourth = cluster.addNode();
    for (EmbeddedNode node : cluster.nodes()) {
      cluster.link(node, fourth).cut();
    }
    CompletableFuture<Void> rebalance = CompletableFuture.runAsync(cluster::rebalance);
    await().untilAsserted(() -> assertThat(config(active).has("vBucketMapForward")).isTrue());

    fourth.kill();

    assertThatThrownBy(rebalance::join)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("node is gone");
    assertThat(config(active).has("vBucketMapForward")).isFalse();
    assertThatThrownBy(cluster::rebalance)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("node=node-3, state=KILLED, required=RUNNING");
    cluster.failOver(fourth);
    cluster.rebalance();
    try (WireClient client = open(active)) {
      store(client, "1");
    }
  }

  @Test
  void eachStateHasItsVerbs() {
    active.pause();
    active.pause();
    assertThatThrownBy(active::restart)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("node=%s, state=PAUSED, allowed=[KILLED]", active);
    assertThatThrownBy(active::crash).isInstanceOf(IllegalStateException.class);
    active.kill();
    active.kill();
    assertThatThrownBy(active::resume)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("node=%s, state=KILLED, allowed=[RUNNING, PAUSED]", active);
    assertThatThrownBy(() -> active.restart(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("warmUp=PT-1S, minimum=PT0S");
    assertThatThrownBy(() -> cluster.clientLink(active).delay(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delay=PT-1S, minimum=PT0S");
    active.restart();
    active.resume();
    assertThat(active.state()).isEqualTo(NodeState.RUNNING);
  }
}
