package io.channelindex.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.cluster.VBucketMap;
import io.channelindex.embedded.fault.DurationText;
import io.channelindex.embedded.replication.Link;
import java.util.List;
import java.util.Locale;

/** The state of a cluster as JSON, for the control interface. */
final class ClusterReport {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final RunningNodes nodes;

  private ClusterReport(RunningNodes nodes) {
    this.nodes = nodes;
  }

  /** The state at present; each part as of its own instant. */
  static JsonNode of(RunningNodes nodes) {
    return new ClusterReport(nodes).cluster();
  }

  private ObjectNode cluster() {
    ObjectNode cluster = JSON.objectNode();
    List<EmbeddedNode> members = nodes.all();
    cluster.put("revision", nodes.cluster().revision());
    cluster.put(
        "rebalancing",
        nodes.cluster().buckets().stream().anyMatch(bucket -> bucket.forward() != null));
    ArrayNode all = cluster.putArray("nodes");
    members.forEach(node -> all.add(member(node)));
    ArrayNode former = cluster.putArray("failedOver");
    nodes.failedOver().forEach(node -> former.add(address(node)));
    ArrayNode buckets = cluster.putArray("buckets");
    nodes.cluster().buckets().forEach(bucket -> buckets.add(bucket(bucket)));
    ArrayNode links = cluster.putArray("links");
    for (EmbeddedNode from : members) {
      for (EmbeddedNode to : members) {
        if (from != to) {
          links.add(link(from, to));
        }
      }
    }
    return cluster;
  }

  private static ObjectNode address(EmbeddedNode node) {
    return JSON.objectNode()
        .put("node", node.id())
        .put("host", node.host())
        .put("port", node.port())
        .put("managerPort", node.managerPort());
  }

  private ObjectNode member(EmbeddedNode node) {
    ObjectNode member = address(node);
    member.put("state", node.state().name().toLowerCase(Locale.ROOT));
    member.put("connections", node.connectionCount());
    ClientLink link = node.clientLink();
    member
        .putObject("clientLink")
        .put("cut", link.isCut())
        .put("delay", DurationText.write(link.delay()));
    member
        .putObject("persistence")
        .put("paused", node.isPersistencePaused())
        .put("delay", DurationText.write(node.persistenceDelay()));
    ObjectNode buckets = member.putObject("buckets");
    for (ClusterBucket bucket : nodes.cluster().buckets()) {
      buckets.set(bucket.name(), copy(bucket, node));
    }
    return member;
  }

  private static ObjectNode copy(ClusterBucket bucket, EmbeddedNode node) {
    VBucketMap map = bucket.map();
    int active = 0;
    int replica = 0;
    for (int vbucket = 0; vbucket < bucket.shape().vbuckets(); vbucket++) {
      if (node.clusterNode().equals(map.active(vbucket))) {
        active++;
      } else if (map.replicas(vbucket).contains(node.clusterNode())) {
        replica++;
      }
    }
    return JSON.objectNode().put("active", active).put("replica", replica);
  }

  private static ObjectNode bucket(ClusterBucket bucket) {
    long nowhere = 0;
    for (int vbucket = 0; vbucket < bucket.shape().vbuckets(); vbucket++) {
      nowhere += bucket.map().active(vbucket) == null ? 1 : 0;
    }
    return JSON.objectNode()
        .put("name", bucket.name())
        .put("vbuckets", bucket.shape().vbuckets())
        .put("replicas", bucket.shape().replicas())
        .put("nowhere", nowhere)
        .put("documents", bucket.documentCount());
  }

  private ObjectNode link(EmbeddedNode from, EmbeddedNode to) {
    Link link = nodes.link(from, to);
    return JSON.objectNode()
        .put("from", from.id())
        .put("to", to.id())
        .put("cut", link.isCut())
        .put("delay", DurationText.write(link.delay()));
  }
}
