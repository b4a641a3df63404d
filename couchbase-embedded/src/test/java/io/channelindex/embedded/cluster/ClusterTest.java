package io.channelindex.embedded.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.VBucketState;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterTest {
  private final Cluster cluster = new Cluster("f".repeat(32));
  private final ClusterConfig config = new ClusterConfig(cluster);
  private final List<String> announced = new ArrayList<>();

  private static Bucket bucket(String name) {
    return new Bucket(name, "e".repeat(32), 4, InstantSource.system());
  }

  private JsonNode configOf(Bucket bucket) throws Exception {
    return new ObjectMapper().readTree(config.of(bucket));
  }

  @Test
  void everyChangeHasARevisionAndIsAnnounced() {
    Bucket bucket = bucket("b");
    List<Long> revisions = new ArrayList<>();
    cluster.addListener(
        changed -> {
          announced.add(changed.name());
          revisions.add(cluster.revision());
        });

    cluster.addBucket(bucket);
    bucket.createScope("s");
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

    cluster.addBucket(bucket("b"));

    assertThat(announced).isEmpty();
  }

  @Test
  void namesAreTakenOnce() {
    Bucket first = bucket("b");
    cluster.addBucket(first);

    assertThatThrownBy(() -> cluster.addBucket(bucket("b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bucket exists: name=b");
    assertThat(cluster.bucket("b")).isSameAs(first);
    assertThat(cluster.bucket("c")).isNull();
  }

  @Test
  void aRemovedBucketIsClosed() {
    Bucket bucket = bucket("b");
    cluster.addBucket(bucket);

    cluster.removeBucket("b");

    assertThat(bucket.vbucket(0).state()).isEqualTo(VBucketState.DEAD);
    assertThat(cluster.buckets()).isEmpty();
  }

  @Test
  void bucketsAreListedByName() {
    cluster.addBucket(bucket("b"));
    cluster.addBucket(bucket("a"));

    assertThat(cluster.buckets()).extracting(Bucket::name).containsExactly("a", "b");
  }

  @Test
  void aConfigHasWhatBothClientsAskFor() throws Exception {
    cluster.setNodes(List.of(new Node("127.0.0.1", 11210, 8091)));
    Bucket bucket = bucket("b");
    cluster.addBucket(bucket);
    bucket.createScope("s");

    JsonNode json = configOf(bucket);

    assertThat(json.get("rev").longValue()).isEqualTo(cluster.revision());
    assertThat(json.get("revEpoch").longValue()).isEqualTo(ClusterConfig.REVISION_EPOCH);
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

  @Test
  void theGlobalConfigHasNoBucket() throws Exception {
    cluster.setNodes(List.of(new Node("127.0.0.1", 11210, 8091)));

    JsonNode json = new ObjectMapper().readTree(config.global());

    assertThat(json.has("vBucketServerMap")).isFalse();
    assertThat(json.at("/nodesExt/0/services/kv").intValue()).isEqualTo(11210);
  }

  @Test
  void aManifestHasHexadecimalIds() throws Exception {
    Bucket bucket = bucket("b");
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
