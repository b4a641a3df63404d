package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What each node of a cluster says of itself, and of what is not on it.
 *
 * <p>Documented: {@code docs/BinaryProtocol.md} (get replica, observe seqno, get all vbucket
 * seqnos, not my vbucket). Where that is silent, {@code getInternal}, {@code getKeyStats}, {@code
 * observe_seqno}, {@code get_failover_log}, the groups of statistics of {@code ep_engine.cc} and
 * {@code VBucket::processFailover} of {@code engines/ep/src/} of couchbase/kv_engine.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "docs/BinaryProtocol.md, engines/ep/src/kv_bucket.cc, engines/ep/src/vbucket.cc")
class ClusterOnTheWireIT {
  private static final String BUCKET = "default";
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");

  private EmbeddedCouchbase cluster;
  private EmbeddedNode active;
  private EmbeddedNode replica;
  private EmbeddedNode other;

  @BeforeEach
  void start() {
    cluster =
        EmbeddedCouchbase.builder()
            .nodes(3)
            .bucket(new BucketSettings(BUCKET, DocumentKey.VBUCKETS).withReplicas(1))
            .start();
    EmbeddedBucket bucket = cluster.bucket(BUCKET);
    active = bucket.activeNode(DOCUMENT.vbucket()).orElseThrow();
    replica = bucket.replicaNodes(DOCUMENT.vbucket()).get(0);
    other =
        cluster.nodes().stream()
            .filter(node -> node != active && node != replica)
            .findFirst()
            .orElseThrow();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static Frame call(EmbeddedNode node, Frame request) {
    try (WireClient client = WireClient.open(node.port(), BUCKET)) {
      return client.call(request);
    }
  }

  private static Frame document(Opcode opcode) {
    return Frame.request(opcode).withDocument(DOCUMENT);
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  private Frame store(String value) {
    Frame stored = call(active, Captures.set(DOCUMENT, value));
    assertStatus(stored, Status.SUCCESS);
    return stored;
  }

  @Test
  void whatIsElsewhereIsRefusedWithTheWayThere() throws IOException {
    for (EmbeddedNode node : new EmbeddedNode[] {replica, other}) {
      Frame refusal = call(node, document(Opcode.GET));

      assertStatus(refusal, Status.NOT_MY_VBUCKET);
      JsonNode config = json(refusal.text());
      int index = config.at("/vBucketServerMap/vBucketMap/" + DOCUMENT.vbucket() + "/0").intValue();
      assertThat(config.at("/vBucketServerMap/serverList/" + index).textValue())
          .isEqualTo("127.0.0.1:" + active.port());
      assertThisNode(config, node);
    }
  }

  private static void assertThisNode(JsonNode config, EmbeddedNode node) {
    Set<Integer> these = new TreeSet<>();
    for (JsonNode entry : config.get("nodesExt")) {
      if (entry.has("thisNode")) {
        these.add(entry.at("/services/kv").intValue());
      }
    }
    assertThat(config.get("nodesExt")).hasSize(3);
    assertThat(these).containsExactly(node.port());
  }

  @Test
  void onlyAReplicaAnswersForOne() {
    assertStatus(call(replica, document(Opcode.GET_REPLICA)), Status.KEY_ENOENT);
    long cas = store("{\"a\":1}").cas();

    assertStatus(call(active, document(Opcode.GET_REPLICA)), Status.NOT_MY_VBUCKET);
    assertStatus(call(other, document(Opcode.GET_REPLICA)), Status.NOT_MY_VBUCKET);
    await()
        .untilAsserted(
            () -> {
              Frame answer = call(replica, document(Opcode.GET_REPLICA));
              assertStatus(answer, Status.SUCCESS);
              assertThat(answer.text()).isEqualTo("{\"a\":1}");
              assertThat(answer.cas()).isEqualTo(cas);
            });
  }

  /** Persisted and newest seqno as {@code node} has them. */
  private long[] observe(EmbeddedNode node) {
    ByteBuffer vbuuid = ByteBuffer.allocate(Long.BYTES);
    vbuuid.putLong(cluster.bucket(BUCKET).vbuuid(DOCUMENT.vbucket()));
    Frame answer =
        call(
            node,
            Frame.request(Opcode.OBSERVE_SEQNO)
                .withVbucket(DOCUMENT.vbucket())
                .withValue(vbuuid.array()));
    assertStatus(answer, Status.SUCCESS);
    ByteBuffer value = answer.valueBuffer();
    assertThat(value.get()).as("on the branch of the active copy").isZero();
    assertThat(value.getShort()).isEqualTo((short) DOCUMENT.vbucket());
    value.getLong();
    return new long[] {value.getLong(), value.getLong()};
  }

  @Test
  void eachCopySaysHowFarItIs() {
    store("1");
    await().untilAsserted(() -> assertThat(observe(replica)).containsExactly(1, 1));
    replica.bucket(BUCKET).pausePersistence();
    store("2");

    await().untilAsserted(() -> assertThat(observe(replica)).containsExactly(1, 2));
    assertThat(observe(active)).containsExactly(2, 2);
    cluster.link(active, replica).cut();
    store("3");
    assertThat(observe(active)).containsExactly(3, 3);
    assertThat(observe(replica)).containsExactly(1, 2);
  }

  private static Set<Integer> vbuckets(EmbeddedNode node, VBucketState state) {
    byte[] extras = ByteBuffer.allocate(Integer.BYTES).putInt(state.code()).array();
    ByteBuffer value =
        call(node, Frame.request(Opcode.GET_ALL_VBUCKET_SEQNOS).withExtras(extras)).valueBuffer();
    Set<Integer> vbuckets = new TreeSet<>();
    while (value.hasRemaining()) {
      vbuckets.add((int) value.getShort());
      value.getLong();
    }
    return vbuckets;
  }

  @Test
  void seqnosAreToldByState() {
    Set<Integer> everywhere = new TreeSet<>();
    int actives = 0;
    int replicas = 0;
    for (EmbeddedNode node : cluster.nodes()) {
      Set<Integer> here = vbuckets(node, VBucketState.ACTIVE);
      actives += here.size();
      everywhere.addAll(here);
      replicas += vbuckets(node, VBucketState.REPLICA).size();
    }
    assertThat(everywhere).hasSize(DocumentKey.VBUCKETS);
    assertThat(actives).isEqualTo(DocumentKey.VBUCKETS);
    assertThat(replicas).isEqualTo(DocumentKey.VBUCKETS);
  }

  @Test
  void whoHasNoCopyHasNoFailoverLog() {
    Frame ofClients = Frame.request(Opcode.GET_FAILOVER_LOG).withVbucket(DOCUMENT.vbucket());
    Frame ofConsumers = Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(DOCUMENT.vbucket());

    assertStatus(call(active, ofClients), Status.SUCCESS);
    assertStatus(call(replica, ofClients), Status.SUCCESS);
    assertStatus(call(other, ofClients), Status.NOT_MY_VBUCKET);
    assertStatus(callAsConsumer(replica, ofConsumers), Status.SUCCESS);
    assertStatus(callAsConsumer(other, ofConsumers), Status.NOT_MY_VBUCKET);
  }

  private static Frame callAsConsumer(EmbeddedNode node, Frame request) {
    try (WireClient client = WireClient.open(node.port(), BUCKET)) {
      assertStatus(client.dcpOpen("consumer", DcpSession.PRODUCER), Status.SUCCESS);
      return client.call(request);
    }
  }

  /** A group of statistics in the order in which they came; the last frame is the status. */
  private static Map<String, String> statistics(EmbeddedNode node, String group, Status status) {
    Map<String, String> statistics = new LinkedHashMap<>();
    try (WireClient client = WireClient.open(node.port(), BUCKET)) {
      client.send(Frame.request(Opcode.STAT).withKey(group));
      Frame next = client.readFrame();
      for (; next.key().length > 0; next = client.readFrame()) {
        statistics.put(new String(next.key(), UTF_8), next.text());
      }
      assertStatus(next, status);
    }
    return statistics;
  }

  private static Set<Integer> listed(Map<String, String> statistics) {
    Set<Integer> vbuckets = new TreeSet<>();
    for (String name : statistics.keySet()) {
      vbuckets.add(Integer.valueOf(name.substring("vb_".length()).split(":", 2)[0]));
    }
    return vbuckets;
  }

  @Test
  void statisticsAreOfTheCopiesThatAreHere() {
    store("1");
    await().untilAsserted(() -> assertThat(observe(replica)).containsExactly(1, 1));
    String name = "vb_" + DOCUMENT.vbucket();
    for (EmbeddedNode node : cluster.nodes()) {
      Set<Integer> here = vbuckets(node, VBucketState.ACTIVE);
      here.addAll(vbuckets(node, VBucketState.REPLICA));
      for (String group : List.of("vbucket", "vbucket-details", "failovers", "vbucket-seqno")) {
        assertThat(listed(statistics(node, group, Status.SUCCESS))).as(group).isEqualTo(here);
      }
    }
    assertThat(statistics(active, "vbucket", Status.SUCCESS)).containsEntry(name, "active");
    assertThat(statistics(replica, "vbucket", Status.SUCCESS)).containsEntry(name, "replica");
    assertThat(statistics(replica, "vbucket-details", Status.SUCCESS))
        .containsEntry(name, "replica")
        .containsEntry(name + ":num_items", "1")
        .containsEntry(name + ":high_seqno", "1");
  }

  @Test
  void statisticsOfOneVbucketAreToldWhereItIs() {
    store("1");
    await().untilAsserted(() -> assertThat(observe(replica)).containsExactly(1, 1));
    String name = "vb_" + DOCUMENT.vbucket();
    String vbuuid = Long.toUnsignedString(cluster.bucket(BUCKET).vbuuid(DOCUMENT.vbucket()));

    String details = "vbucket-details " + DOCUMENT.vbucket();
    assertThat(statistics(active, details, Status.SUCCESS))
        .containsEntry(name, "active")
        .containsEntry(name + ":uuid", vbuuid)
        .containsEntry(name + ":purge_seqno", "0")
        .containsEntry(name + ":max_visible_seqno", "1")
        .containsEntry(name + ":persistence_seqno", "1")
        .containsKey(name + ":max_cas");
    String seqnos = "vbucket-seqno " + DOCUMENT.vbucket();
    assertThat(statistics(replica, seqnos, Status.SUCCESS))
        .containsEntry(name + ":high_seqno", "1")
        .containsEntry(name + ":abs_high_seqno", "1")
        .containsEntry(name + ":last_persisted_seqno", "1")
        .containsEntry(name + ":uuid", vbuuid);
    String failovers = "failovers " + DOCUMENT.vbucket();
    assertThat(statistics(replica, failovers, Status.SUCCESS))
        .containsExactly(
            Map.entry(name + ":num_entries", "1"),
            Map.entry(name + ":num_erroneous_entries_erased", "0"),
            Map.entry(name + ":0:id", vbuuid),
            Map.entry(name + ":0:seq", "0"));
    for (String group : List.of(details, seqnos, failovers)) {
      assertThat(statistics(other, group, Status.NOT_MY_VBUCKET)).isEmpty();
    }
    assertThat(statistics(active, "failovers x", Status.EINVAL)).isEmpty();
    assertThat(statistics(active, "vbucket-seqno 65536", Status.EINVAL)).isEmpty();
    assertThat(statistics(active, "vbucket-seqno 64", Status.NOT_MY_VBUCKET)).isEmpty();
    assertThat(statistics(active, "vbucket 1", Status.KEY_ENOENT)).isEmpty();
  }

  /** {@code KVBucket::getKeyStats} asks for no state. */
  @Test
  void aReplicaTellsOfItsKeys() {
    byte[] name = DOCUMENT.encoded();
    byte[] entry =
        ByteBuffer.allocate(2 * Short.BYTES + name.length)
            .putShort((short) DOCUMENT.vbucket())
            .putShort((short) name.length)
            .put(name)
            .array();
    Frame request = Frame.request(Opcode.OBSERVE).withValue(entry);
    long cas = store("1").cas();
    await().untilAsserted(() -> assertThat(observe(replica)).containsExactly(1, 1));

    ByteBuffer value = call(replica, request).valueBuffer();

    value.position(entry.length);
    assertThat(value.get()).as("found and persisted").isEqualTo((byte) 1);
    assertThat(value.getLong()).isEqualTo(cas);
    assertStatus(call(other, request), Status.NOT_MY_VBUCKET);
  }

  @Test
  void whoIsPromotedHasANewBranch() {
    store("1");
    await().untilAsserted(() -> assertThat(observe(replica)).containsExactly(1, 1));
    Frame request = Frame.request(Opcode.GET_FAILOVER_LOG).withVbucket(DOCUMENT.vbucket());
    byte[] before = call(active, request).value();

    cluster.failOver(active);

    ByteBuffer after = call(replica, request).valueBuffer();
    assertThat(after.getLong()).isEqualTo(cluster.bucket(BUCKET).vbuuid(DOCUMENT.vbucket()));
    assertThat(after.getLong()).isEqualTo(1);
    byte[] rest = new byte[after.remaining()];
    after.get(rest);
    assertThat(rest).isEqualTo(before);
    assertStatus(call(replica, document(Opcode.GET)), Status.SUCCESS);
  }

  @Test
  void everyManagerKnowsTheCluster() throws IOException, InterruptedException {
    for (EmbeddedNode node : cluster.nodes()) {
      JsonNode config = json(get(node, "/pools/default/b/" + BUCKET));
      assertThat(config.at("/vBucketServerMap/serverList")).hasSize(3);
      assertThat(config.at("/vBucketServerMap/numReplicas").intValue()).isEqualTo(1);
      assertThisNode(config, node);
      assertThat(json(get(node, "/pools/default")).get("nodes")).hasSize(3);
    }
  }

  private static String get(EmbeddedNode node, String path)
      throws IOException, InterruptedException {
    String credentials = WireClient.USERNAME + ":" + WireClient.PASSWORD;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.managerPort() + path))
            .header(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
