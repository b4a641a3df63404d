package io.channelindex.embedded.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.MutationListener;
import io.channelindex.embedded.engine.ReplicaFeed;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.engine.Write;
import io.channelindex.embedded.protocol.Datatype;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterTest {
  private final Cluster cluster = new Cluster("f".repeat(32), 1);
  private final ClusterNode node = cluster.addNode();
  private final ClusterConfig config = new ClusterConfig(node);
  private final List<String> announced = new ArrayList<>();

  private ClusterBucket create(String name) {
    BucketShape shape = new BucketShape(4, 0, Long.MAX_VALUE);
    return cluster.createBucket(name, "e".repeat(32), shape, InstantSource.system());
  }

  private JsonNode configOf(ClusterBucket bucket) throws Exception {
    return new ObjectMapper().readTree(config.of(bucket));
  }

  @Test
  void everyChangeHasARevisionAndIsAnnounced() {
    List<Long> revisions = new ArrayList<>();
    cluster.addListener(
        changed -> {
          announced.add(changed.name());
          revisions.add(cluster.revision());
        });

    create("b").anyCopy().createScope("s");
    assertThat(cluster.removeBucket("b")).isTrue();

    assertThat(announced).containsExactly("b", "b", "b");
    assertThat(revisions).isSorted().doesNotHaveDuplicates();
    assertThat(cluster.removeBucket("b")).isFalse();
    assertThat(announced).hasSize(3);
  }

  @Test
  void aRemovedListenerHearsNothing() {
    Cluster.ConfigListener listener = changed -> announced.add(changed.name());
    cluster.addListener(listener);
    cluster.removeListener(listener);

    create("b");

    assertThat(announced).isEmpty();
  }

  /** Or clients would ask the old node for as long as the old copy may take to follow. */
  @Test
  void aVbucketThatIsElsewhereIsAnnouncedBeforeItsReplicasAre() throws Exception {
    ClusterNode other = cluster.addNode();
    node.boundTo(new Node(InetAddress.getLoopbackAddress(), 11210, 8091));
    other.boundTo(new Node(InetAddress.getLoopbackAddress(), 11211, 8092));
    BucketShape shape = new BucketShape(2, 1, Long.MAX_VALUE);
    ClusterBucket bucket = cluster.createBucket("b", "e".repeat(32), shape, InstantSource.system());
    assertThat(configOf(bucket).at("/vBucketServerMap/vBucketMap").toString())
        .isEqualTo("[[0,1],[1,0]]");
    List<String> maps = new ArrayList<>();
    List<Long> revisions = new ArrayList<>();
    cluster.addListener(
        changed -> {
          JsonNode seen = new ClusterConfig(other).tree(changed);
          maps.add(seen.at("/vBucketServerMap/vBucketMap").toString());
          revisions.add(seen.get("rev").longValue());
        });
    cluster.replicator().link(other.id(), node.id()).cut();

    assertThatThrownBy(() -> cluster.failOverGracefully(node, Duration.ofMillis(200)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("replica does not catch up: bucket=b, vbucket=0");

    assertThat(maps).containsExactly("[[0,1],[1,0]]", "[[1,0],[1,0]]", "[[1,0],[1,0]]");
    assertThat(revisions).isSorted().doesNotHaveDuplicates();
    assertThat(configOf(bucket).at("/vBucketServerMap/vBucketMapForward").isMissingNode()).isTrue();
  }

  private ClusterBucket createReplicated(int replicas) {
    BucketShape shape = new BucketShape(1, replicas, Long.MAX_VALUE);
    return cluster.createBucket("b", "e".repeat(32), shape, InstantSource.system());
  }

  /** Whether durable writes are possible each time that something happens to an active copy. */
  private static List<Boolean> watchDurability(VBucket copy) {
    List<Boolean> durable = new CopyOnWriteArrayList<>();
    copy.follow(
        position ->
            new MutationListener() {
              @Override
              public void onMutation() {
                if (copy.state() == VBucketState.ACTIVE) {
                  durable.add(copy.isDurable());
                }
              }

              @Override
              public void onClosed(CloseReason reason) {}
            });
    return durable;
  }

  @Test
  void whoTakesOverKnowsItsReplicasBeforeItServesAnybody() {
    ClusterNode other = cluster.addNode();
    ClusterBucket bucket = createReplicated(1);
    List<Boolean> durable = watchDurability(bucket.copy(other, 0));

    cluster.failOverGracefully(node, Duration.ofSeconds(10));

    assertThat(durable).isNotEmpty().first().isEqualTo(true);
  }

  @Test
  void whoIsPromotedKnowsItsReplicasBeforeItServesAnybody() {
    ClusterNode other = cluster.addNode();
    cluster.addNode();
    ClusterBucket bucket = createReplicated(2);
    assertThat(bucket.map().replicas(0).get(0)).isEqualTo(other);
    List<Boolean> durable = watchDurability(bucket.copy(other, 0));

    cluster.failOver(node);

    assertThat(bucket.map().active(0)).isEqualTo(other);
    assertThat(durable).isNotEmpty().first().isEqualTo(true);
  }

  /** Runs {@code action} once when {@code copy} stops to serve, in the middle of a handover. */
  private static void onHandover(VBucket copy, Runnable action) {
    copy.follow(
        position ->
            new MutationListener() {
              @Override
              public void onMutation() {}

              @Override
              public void onClosed(CloseReason reason) {
                action.run();
              }
            });
  }

  /** Or nothing could be done to any node for as long as that takes. */
  @Test
  void aHandoverBacksOutWhenTheDiskOfTheHeirStalls() {
    ClusterNode heir = cluster.addNode();
    ClusterNode bystander = cluster.addNode();
    ClusterBucket bucket = createReplicated(1);
    assertThat(bucket.map().replicas(0)).containsExactly(heir);
    VBucket source = bucket.copy(node, 0);
    source.set(Key.of("k"), new Write().set(new byte[] {'1'}, Datatype.RAW, 0, 0, 0));
    CountDownLatch stalled = new CountDownLatch(1);
    onHandover(
        source,
        () -> {
          bucket.copy(heir).pausePersistence();
          bucket.copy(heir, 0).discard();
          bucket.copy(heir, 0).becomeReplica();
          stalled.countDown();
        });

    CompletableFuture<Void> handover =
        CompletableFuture.runAsync(() -> cluster.failOverGracefully(node, Duration.ofSeconds(30)));

    await().until(() -> stalled.getCount() == 0 && source.state() == VBucketState.ACTIVE);
    bystander.become(NodeState.PAUSED);
    assertThat(handover).isNotDone();
    bystander.become(NodeState.RUNNING);
    bucket.copy(heir).resumePersistence();
    await().until(handover::isDone);
    handover.join();
    assertThat(bucket.map().active(0)).isEqualTo(heir);
    assertThat(bucket.copy(heir, 0).get(Key.of("k"))).isNotNull();
  }

  private static Write value(int n) {
    return new Write().set(new byte[] {(byte) n}, Datatype.RAW, 0, 0, 0);
  }

  /** Or nothing could be done to any node until that disk writes the next time. */
  @Test
  void aHandoverDoesNotWaitForTheNextTimeThatASlowDiskWrites() {
    ClusterNode heir = cluster.addNode();
    ClusterBucket bucket = createReplicated(1);
    VBucket source = bucket.copy(node, 0);
    VBucket copy = bucket.copy(heir, 0);
    source.set(Key.of("k"), value(1));
    await().until(() -> copy.highSeqno() == source.highSeqno());
    bucket.copy(heir).deferPersistence();
    onHandover(
        source,
        () -> {
          copy.discard();
          copy.becomeReplica();
        });

    CompletableFuture<Void> handover =
        CompletableFuture.runAsync(() -> cluster.failOverGracefully(node, Duration.ofMinutes(1)));

    await().until(handover::isDone);
    handover.join();
    bucket.copy(heir).crash();
    assertThat(copy.get(Key.of("k"))).isNotNull();
  }

  /** Flushes, and has the copy of {@code heir} lag behind again before anybody can look at it. */
  private static void flushAndLag(Bucket heir, VBucket source) {
    VBucket copy = heir.vbucket(0);
    synchronized (heir) {
      synchronized (copy) {
        heir.flush();
        if (source.state() == VBucketState.ACTIVE) {
          source.set(Key.of("k"), value(2));
          try (ReplicaFeed feed = new ReplicaFeed(source, copy)) {
            while (feed.open()) {
              feed.move(Integer.MAX_VALUE, Long.MAX_VALUE);
            }
          }
        }
      }
    }
  }

  @Test
  void aMoveToASlowDiskDoesNotWaitForAWriterToRest() {
    ClusterNode heir = cluster.addNode();
    ClusterBucket bucket = createReplicated(1);
    VBucket source = bucket.copy(node, 0);
    Bucket slow = bucket.copy(heir);
    slow.deferPersistence();
    flushAndLag(slow, source);

    CompletableFuture<Void> handover =
        CompletableFuture.runAsync(() -> cluster.failOverGracefully(node, Duration.ofSeconds(3)));
    // A disk that writes from time to time, and a writer that does not rest meanwhile.
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              if (source.state() == VBucketState.ACTIVE) {
                flushAndLag(slow, source);
              }
              return handover.isDone();
            });

    handover.join();
    assertThat(bucket.map().active(0)).isEqualTo(heir);
  }

  @Test
  void aHandoverToACopyThatIsNoReplicaAnyMoreBeginsAnew() {
    ClusterNode heir = cluster.addNode();
    ClusterBucket bucket = createReplicated(1);
    VBucket source = bucket.copy(node, 0);
    source.set(Key.of("k"), new Write().set(new byte[] {'1'}, Datatype.RAW, 0, 0, 0));
    onHandover(source, () -> bucket.copy(heir, 0).discard());

    CompletableFuture<Void> handover =
        CompletableFuture.runAsync(() -> cluster.failOverGracefully(node, Duration.ofSeconds(30)));

    await().until(handover::isDone);
    handover.join();
    assertThat(bucket.copy(heir, 0).get(Key.of("k"))).isNotNull();
  }

  @Test
  void aMoveEndsWithANodeThatLeaves() {
    ClusterNode heir = cluster.addNode();
    createReplicated(1);
    cluster.replicator().link(node.id(), heir.id()).cut();
    CompletableFuture<Void> handover =
        CompletableFuture.runAsync(() -> cluster.failOverGracefully(node, Duration.ofMinutes(1)));
    await().until(() -> cluster.bucket("b").forward() != null);

    heir.become(NodeState.GONE);

    await().until(handover::isDone);
    assertThatThrownBy(handover::join)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("node is gone: bucket=b, vbucket=0, node=node-1");
  }

  @Test
  void namesAreTakenOnce() {
    ClusterBucket first = create("b");

    assertThatThrownBy(() -> create("b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bucket exists: name=b");
    assertThat(cluster.bucket("b")).isSameAs(first);
    assertThat(cluster.bucket("c")).isNull();
  }

  @Test
  void aRemovedBucketIsClosed() {
    Bucket copy = create("b").anyCopy();

    cluster.removeBucket("b");

    assertThat(node.bucket("b")).isNull();
    assertThat(copy.vbucket(0).state()).isEqualTo(VBucketState.DEAD);
    assertThat(cluster.buckets()).isEmpty();
  }

  @Test
  void bucketsAreListedByName() {
    create("b");
    create("a");

    assertThat(cluster.buckets()).extracting(ClusterBucket::name).containsExactly("a", "b");
  }

  @Test
  void aConfigHasWhatBothClientsAskFor() throws Exception {
    node.boundTo(new Node(InetAddress.getLoopbackAddress(), 11210, 8091));
    ClusterBucket bucket = create("b");
    bucket.anyCopy().createScope("s");

    JsonNode json = configOf(bucket);

    assertThat(json.get("rev").longValue()).isEqualTo(cluster.revision());
    assertThat(json.get("revEpoch").longValue()).isEqualTo(1);
    assertThat(json.get("name").textValue()).isEqualTo("b");
    assertThat(json.get("uuid").textValue()).isEqualTo("e".repeat(32));
    assertThat(json.get("nodeLocator").textValue()).isEqualTo("vbucket");
    assertThat(json.get("collectionsManifestUid").textValue()).isEqualTo("1");
    assertThat(json.at("/vBucketServerMap/serverList/0").textValue()).isEqualTo("127.0.0.1:11210");
    assertThat(json.at("/vBucketServerMap/vBucketMap").toString()).isEqualTo("[[0],[0],[0],[0]]");
    assertThat(json.get("nodes")).hasSameSizeAs(json.get("nodesExt"));
    assertThat(json.at("/nodesExt/0/services/mgmt").intValue()).isEqualTo(8091);
    assertThat(json.at("/nodesExt/0/thisNode").booleanValue()).isTrue();
    assertThat(json.get("bucketCapabilities"))
        .extracting(JsonNode::textValue)
        .contains("couchapi", "durableWrite", "collections");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1:11210, 127.0.0.1:8091, 127.0.0.1",
    "::1, [0:0:0:0:0:0:0:1]:11210, [0:0:0:0:0:0:0:1]:8091, 0:0:0:0:0:0:0:1",
    "0.0.0.0, $HOST:11210, $HOST:8091, $HOST",
    "::, $HOST:11210, $HOST:8091, $HOST"
  })
  void addressesAreWhatClientsCanUse(String host, String data, String manager, String hostname)
      throws Exception {
    node.boundTo(new Node(InetAddress.getByName(host), 11210, 8091));
    ClusterConfig seenFromElsewhere = new ClusterConfig(cluster.addNode());

    JsonNode json = seenFromElsewhere.tree(create("b"));

    assertThat(json.at("/vBucketServerMap/serverList/0").textValue()).isEqualTo(data);
    assertThat(json.at("/nodes/0/hostname").textValue()).isEqualTo(manager);
    assertThat(json.at("/nodesExt/0/hostname").textValue()).isEqualTo(hostname);
  }

  @Test
  void whoIsAskedHasNoNameWhereItsClientsKnowBest() throws Exception {
    node.boundTo(new Node(InetAddress.getByName("0.0.0.0"), 11210, 8091));

    assertThat(configOf(create("b")).at("/nodesExt/0").has("hostname")).isFalse();
  }

  @Test
  void theGlobalConfigHasNoBucket() throws Exception {
    node.boundTo(new Node(InetAddress.getLoopbackAddress(), 11210, 8091));

    JsonNode json = new ObjectMapper().readTree(config.global());

    assertThat(json.has("vBucketServerMap")).isFalse();
    assertThat(json.at("/nodesExt/0/services/kv").intValue()).isEqualTo(11210);
  }

  @Test
  void aManifestHasHexadecimalIds() throws Exception {
    Bucket bucket = create("b").anyCopy();
    for (int i = 0; i < 8; i++) {
      bucket.createCollection("_default", "c" + i, 0);
    }
    bucket.createCollection("_default", "last", 99);

    JsonNode json = new ObjectMapper().readTree(ClusterConfig.manifest(bucket.manifest()));

    assertThat(json.get("uid").textValue()).isEqualTo("9");
    assertThat(json.at("/scopes/0/uid").textValue()).isEqualTo("0");
    JsonNode last = json.at("/scopes/0/collections/9");
    assertThat(last.toString()).isEqualTo("{\"maxTTL\":99,\"name\":\"last\",\"uid\":\"10\"}");
  }
}
