package io.channelindex.embedded.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.CollectionsManifest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The cluster as JSON, in the terse forms that clients follow: with a bucket's vbucket map, or
 * without one. Source: {@code docs/BinaryProtocol.md} (get cluster config) and the captures.
 */
public final class ClusterConfig {
  private static final List<String> BUCKET_CAPABILITIES =
      List.of(
          "collections",
          "durableWrite",
          "tombstonedUserXAttrs",
          "couchapi",
          "subdoc.ReplaceBodyWithXattr",
          "subdoc.DocumentMacroSupport",
          "subdoc.ReviveDocument",
          "dcp",
          "cbhello",
          "touch",
          "cccp",
          "nodesExt",
          "xattr");

  /** Stands in the vbucket map for a copy that is nowhere. */
  private static final int NO_NODE = -1;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ClusterNode self;
  private final Cluster cluster;

  /** The configuration as {@code self} tells it. */
  public ClusterConfig(ClusterNode self) {
    this.self = self;
    this.cluster = self.cluster();
  }

  /** The configuration of the bucket of which {@code copy} is a copy, or was one. */
  public byte[] of(Bucket copy) {
    ClusterBucket bucket = cluster.bucket(copy.name());
    return bucket == null ? global() : of(bucket);
  }

  /** The configuration without a bucket. */
  public byte[] global() {
    return bytes(globalTree());
  }

  /** The configuration without a bucket as a tree. */
  public ObjectNode globalTree() {
    ObjectNode config = header();
    config.set("nodesExt", nodesExt(cluster.nodes(), UnaryOperator.identity()));
    config.putArray("clusterCapabilitiesVer").add(1).add(0);
    config.putObject("clusterCapabilities");
    return config;
  }

  /** The configuration of {@code bucket}. */
  public byte[] of(ClusterBucket bucket) {
    return bytes(tree(bucket));
  }

  /** The configuration of {@code bucket} as a tree. */
  public ObjectNode tree(ClusterBucket bucket) {
    return tree(bucket, UnaryOperator.identity());
  }

  /**
   * The same with other addresses, to be built upon.
   *
   * @param seen the addresses in it, by those of the nodes
   */
  public ObjectNode tree(ClusterBucket bucket, UnaryOperator<Node> seen) {
    ObjectNode config = header();
    List<ClusterNode> members = cluster.nodes();
    config.put("name", bucket.name());
    config.put("uri", "/pools/default/buckets/" + bucket.name());
    config.put("streamingUri", "/pools/default/bucketsStreaming/" + bucket.name());
    ArrayNode nodes = config.putArray("nodes");
    for (ClusterNode member : members) {
      Node node = seen.apply(member.address());
      ObjectNode entry = nodes.addObject();
      entry.put("hostname", node.managerAddress());
      entry.putObject("ports").put("direct", node.kvPort());
    }
    config.set("nodesExt", nodesExt(members, seen));
    config.put("nodeLocator", "vbucket");
    config.put("uuid", bucket.uuid());
    config.put("collectionsManifestUid", Long.toHexString(bucket.manifest().uid()));
    config.put("bucketCapabilitiesVer", "");
    ArrayNode capabilities = config.putArray("bucketCapabilities");
    BUCKET_CAPABILITIES.forEach(capabilities::add);
    if (bucket.shape().replicas() > 0) {
      capabilities.add("subdoc.ReplicaRead");
    }
    config.set("vBucketServerMap", vbucketServerMap(bucket, members, seen));
    return config;
  }

  private static ObjectNode vbucketServerMap(
      ClusterBucket bucket, List<ClusterNode> members, UnaryOperator<Node> seen) {
    ObjectNode json = JSON.objectNode();
    json.put("hashAlgorithm", "CRC");
    json.put("numReplicas", bucket.shape().replicas());
    ArrayNode servers = json.putArray("serverList");
    for (ClusterNode member : members) {
      servers.add(seen.apply(member.address()).kvAddress());
    }
    json.set("vBucketMap", positions(bucket.map(), members));
    VBucketMap forward = bucket.forward();
    if (forward != null) {
      json.set("vBucketMapForward", positions(forward, members));
    }
    return json;
  }

  private static ArrayNode positions(VBucketMap map, List<ClusterNode> members) {
    ArrayNode vbuckets = JSON.arrayNode();
    for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
      ArrayNode copies = vbuckets.addArray();
      for (ClusterNode node : map.chain(vbucket)) {
        copies.add(node == null ? NO_NODE : members.indexOf(node));
      }
    }
    return vbuckets;
  }

  private ObjectNode header() {
    ObjectNode config = JSON.objectNode();
    config.put("rev", cluster.revision());
    config.put("revEpoch", cluster.revisionEpoch());
    return config;
  }

  private ArrayNode nodesExt(List<ClusterNode> members, UnaryOperator<Node> seen) {
    ArrayNode nodes = JSON.arrayNode();
    for (ClusterNode member : members) {
      Node node = seen.apply(member.address());
      ObjectNode entry = nodes.addObject();
      entry.putObject("services").put("kv", node.kvPort()).put("mgmt", node.managerPort());
      if (member.equals(self)) {
        entry.put("thisNode", true);
      }
      // Where clients know best, of this node they do without a marker, too.
      if (!member.equals(self) || !node.isEverywhere()) {
        entry.put("hostname", node.hostname());
      }
    }
    return nodes;
  }

  /** A manifest as clients of the data service and of the manager read it. */
  public static byte[] manifest(CollectionsManifest manifest) {
    return bytes(manifestTree(manifest));
  }

  /** The same as a tree. */
  public static ObjectNode manifestTree(CollectionsManifest manifest) {
    ObjectNode root = JSON.objectNode();
    ArrayNode scopes = root.putArray("scopes");
    manifest.scopes().stream()
        .sorted((a, b) -> Integer.compare(b.id(), a.id()))
        .forEach(scope -> addScope(scopes, manifest, scope));
    root.put("uid", Long.toHexString(manifest.uid()));
    return root;
  }

  private static void addScope(
      ArrayNode scopes, CollectionsManifest manifest, CollectionsManifest.Scope scope) {
    ObjectNode entry = scopes.addObject();
    ArrayNode collections = entry.putArray("collections");
    for (CollectionsManifest.Collection collection : manifest.collectionsOf(scope)) {
      ObjectNode member = collections.addObject();
      if (collection.maxTtlSeconds() > 0) {
        member.put("maxTTL", collection.maxTtlSeconds());
      }
      member.put("name", collection.name());
      member.put("uid", Integer.toHexString(collection.id()));
    }
    entry.put("name", scope.name());
    entry.put("uid", Integer.toHexString(scope.id()));
  }

  private static byte[] bytes(ObjectNode node) {
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }
}
