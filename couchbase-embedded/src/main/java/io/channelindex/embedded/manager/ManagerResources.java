package io.channelindex.embedded.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.cluster.ClusterConfig;
import io.channelindex.embedded.cluster.ClusterNode;
import io.channelindex.embedded.cluster.Node;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.CollectionsManifest;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is behind the manager's paths. A path is a list of segments; null stands for one that is not
 * there, an {@link IllegalArgumentException} for a request that is refused with its message.
 *
 * <p>Terse configurations have a marker where a node listens on all addresses; whoever asks for
 * anything else is told the address that was asked. Source: {@code build_node_hostname} in {@code
 * menelaus_web_node.erl} of couchbase/ns_server.
 */
final class ManagerResources {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String VERSION = "7.6.12-0000-enterprise";

  private final ClusterNode self;
  private final Cluster cluster;
  private final ClusterConfig config;

  ManagerResources(ClusterNode self) {
    this.self = self;
    this.cluster = self.cluster();
    this.config = new ClusterConfig(self);
  }

  /**
   * The answer to a GET.
   *
   * @param asked the address of this node that the request came to
   */
  @Nullable JsonNode get(List<String> path, String user, InetAddress asked) {
    if (path.equals(List.of("whoami"))) {
      return JSON.objectNode().put("id", user).put("domain", "local");
    }
    if (path.equals(List.of("pools"))) {
      return pools();
    }
    if (path.size() < 2 || !path.subList(0, 2).equals(List.of("pools", "default"))) {
      return null;
    }
    List<String> rest = path.subList(2, path.size());
    if (rest.isEmpty()) {
      return pool(asked);
    }
    return switch (rest.get(0)) {
      case "nodeServices" -> rest.size() == 1 ? config.globalTree() : null;
      case "buckets" -> rest.size() == 1 ? buckets(asked) : bucketOrScopes(rest, asked);
      case "b" -> rest.size() == 2 ? terse(rest.get(1)) : null;
      default -> null;
    };
  }

  private JsonNode pools() {
    ObjectNode root = JSON.objectNode();
    root.put("isAdminCreds", true);
    root.put("isEnterprise", true);
    root.put("implementationVersion", VERSION);
    root.put("uuid", cluster.uuid());
    root.putArray("pools")
        .addObject()
        .put("name", "default")
        .put("uri", "/pools/default?uuid=" + cluster.uuid());
    return root;
  }

  private JsonNode pool(InetAddress asked) {
    ObjectNode root = JSON.objectNode();
    root.put("name", "default");
    root.put("clusterName", "");
    root.put("rebalanceStatus", isRebalancing() ? "running" : "none");
    root.set("nodes", nodes(asked));
    root.putObject("buckets").put("uri", "/pools/default/buckets");
    return root;
  }

  private boolean isRebalancing() {
    return cluster.buckets().stream().anyMatch(bucket -> bucket.forward() != null);
  }

  private ArrayNode nodes(InetAddress asked) {
    ArrayNode nodes = JSON.arrayNode();
    for (ClusterNode member : cluster.nodes()) {
      Node node = member.address().seenAt(asked);
      ObjectNode entry = nodes.addObject();
      entry.put("hostname", node.managerAddress());
      entry.put("status", status(member));
      entry.put("clusterMembership", "active");
      entry.put("version", VERSION);
      if (member.equals(self)) {
        entry.put("thisNode", true);
      }
      entry.putArray("services").add("kv");
      entry.putObject("ports").put("direct", node.kvPort());
    }
    return nodes;
  }

  private static String status(ClusterNode node) {
    return switch (node.state()) {
      case RUNNING -> "healthy";
      case WARMING_UP -> "warmup";
      case PAUSED, KILLED, GONE -> "unhealthy";
    };
  }

  private JsonNode buckets(InetAddress asked) {
    ArrayNode buckets = JSON.arrayNode();
    cluster.buckets().forEach(bucket -> buckets.add(details(bucket, asked)));
    return buckets;
  }

  private ObjectNode details(ClusterBucket bucket, InetAddress asked) {
    ObjectNode details = config.tree(bucket, node -> node.seenAt(asked));
    details.put("bucketType", "membase");
    details.put("storageBackend", "couchstore");
    details.put("replicaNumber", bucket.shape().replicas());
    details.set("nodes", nodes(asked));
    long quota = Math.min(bucket.shape().quotaBytes(), Runtime.getRuntime().maxMemory());
    details.putObject("quota").put("ram", quota).put("rawRAM", quota);
    describeSettings(details);
    details
        .putObject("basicStats")
        .put("itemCount", bucket.documentCount())
        .put("memUsed", bucket.memoryUsed())
        .put("quotaPercentUsed", 100.0 * bucket.memoryUsed() / quota);
    return details;
  }

  /** What cannot be chosen here, but has to be there: SDKs break off without it. */
  private static void describeSettings(ObjectNode details) {
    details.put("maxTTL", 0);
    details.put("replicaIndex", false);
    details.put("compressionMode", "off");
    details.put("evictionPolicy", "valueOnly");
    details.put("conflictResolutionType", "seqno");
    details.put("durabilityMinLevel", "none");
    details.putObject("controllers");
  }

  private @Nullable JsonNode terse(String name) {
    ClusterBucket bucket = cluster.bucket(name);
    return bucket == null ? null : config.tree(bucket);
  }

  private @Nullable JsonNode bucketOrScopes(List<String> path, InetAddress asked) {
    ClusterBucket bucket = cluster.bucket(path.get(1));
    if (bucket == null) {
      return null;
    }
    if (path.size() == 2) {
      return details(bucket, asked);
    }
    boolean scopes = path.size() == 3 && path.get(2).equals("scopes");
    return scopes ? ClusterConfig.manifestTree(bucket.manifest()) : null;
  }

  @Nullable JsonNode post(List<String> path, Map<String, List<String>> form) {
    ScopePath target = ScopePath.of(path, cluster);
    if (target == null || target.collection() != null) {
      return null;
    }
    if (target.scope() == null) {
      return uid(target.bucket().createScope(field(form, "name")));
    }
    if (!target.ofCollections()) {
      return null;
    }
    int maxTtl = number("maxTTL", form.containsKey("maxTTL") ? field(form, "maxTTL") : "0");
    return uid(target.bucket().createCollection(target.scope(), field(form, "name"), maxTtl));
  }

  @Nullable JsonNode delete(List<String> path) {
    ScopePath target = ScopePath.of(path, cluster);
    if (target == null || target.scope() == null) {
      return null;
    }
    if (target.collection() != null) {
      return uid(target.bucket().dropCollection(target.scope(), target.collection()));
    }
    return target.ofCollections() ? null : uid(target.bucket().dropScope(target.scope()));
  }

  private static JsonNode uid(CollectionsManifest manifest) {
    return JSON.objectNode().put("uid", Long.toHexString(manifest.uid()));
  }

  private static String field(Map<String, List<String>> form, String name) {
    List<String> values = form.getOrDefault(name, List.of());
    if (values.size() != 1) {
      throw new IllegalArgumentException("field=" + name + ", occurrences=" + values.size());
    }
    return values.get(0);
  }

  private static int number(String field, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(field + "=" + text + ", allowed=a whole number", e);
    }
  }

  /**
   * A path below a bucket's scopes: {@code pools/default/buckets/B/scopes[/S[/collections[/C]]]}.
   *
   * @param ofCollections whether it goes beyond the scope
   */
  private record ScopePath(
      Bucket bucket, @Nullable String scope, boolean ofCollections, @Nullable String collection) {
    private static final int SCOPE = 5;
    private static final int COLLECTIONS = 6;
    private static final int COLLECTION = 7;

    static @Nullable ScopePath of(List<String> path, Cluster cluster) {
      int size = path.size();
      if (size < SCOPE
          || size > COLLECTION + 1
          || !path.subList(0, 3).equals(List.of("pools", "default", "buckets"))
          || !path.get(4).equals("scopes")
          || (size > COLLECTIONS && !path.get(COLLECTIONS).equals("collections"))) {
        return null;
      }
      ClusterBucket bucket = cluster.bucket(path.get(3));
      return bucket == null
          ? null
          : new ScopePath(
              bucket.anyCopy(),
              size > SCOPE ? path.get(SCOPE) : null,
              size > COLLECTIONS,
              size > COLLECTION ? path.get(COLLECTION) : null);
    }
  }
}
