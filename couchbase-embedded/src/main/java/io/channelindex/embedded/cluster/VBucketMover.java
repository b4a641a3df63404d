package io.channelindex.embedded.cluster;

import io.channelindex.embedded.engine.ReplicaFeed;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.replication.ReplicationStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes vbuckets of one bucket active on other nodes. The cluster's lock is held meanwhile. A move
 * that fails leaves its vbucket where it was.
 */
final class VBucketMover {
  private static final int MAX_ITEMS = 1024;
  private static final long MAX_BYTES = 1 << 20;
  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final ClusterBucket bucket;

  VBucketMover(ClusterBucket bucket) {
    this.bucket = bucket;
  }

  /** Goes on without {@code node}, whose copies are gone. */
  void failOver(ClusterNode node) {
    VBucketMap map = bucket.map();
    for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
      if (map.contains(vbucket, node)) {
        failOver(vbucket, node, map);
      }
    }
  }

  private void failOver(int vbucket, ClusterNode node, VBucketMap map) {
    List<ClusterNode> replicas = without(map.replicas(vbucket), node);
    ClusterNode active = map.active(vbucket);
    if (node.equals(active)) {
      replicas.forEach(replica -> bucket.disconnect(vbucket, replica));
      bucket.copy(node, vbucket).deactivate();
      active = mostAdvanced(vbucket, replicas);
      if (active != null) {
        bucket.copy(active, vbucket).activate(VBucket.Succession.FAILOVER);
        replicas = without(replicas, active);
      }
    }
    bucket.install(vbucket, active, replicas);
  }

  /** Where every acknowledged durable write is, if it is anywhere. */
  private @Nullable ClusterNode mostAdvanced(int vbucket, List<ClusterNode> replicas) {
    return replicas.stream()
        .max(Comparator.comparingLong(node -> bucket.copy(node, vbucket).receivedSeqno()))
        .orElse(null);
  }

  /** Hands every vbucket that is active on {@code node} over to a replica. */
  void handOver(ClusterNode node, Duration patience, Runnable moved) {
    VBucketMap map = bucket.map();
    for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
      if (node.equals(map.active(vbucket)) && map.replicas(vbucket).isEmpty()) {
        throw new IllegalStateException(
            "no replica: bucket=" + bucket.name() + ", vbucket=" + vbucket + ", node=" + node);
      }
    }
    for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
      if (node.equals(map.active(vbucket))) {
        ClusterNode heir = mostAdvanced(vbucket, map.replicas(vbucket));
        if (heir != null) {
          List<ClusterNode> replicas = new ArrayList<>(map.replicas(vbucket));
          replicas.set(replicas.indexOf(heir), node);
          takeOver(vbucket, node, heir, replicas, patience);
          moved.run();
        }
      }
    }
  }

  /**
   * Moves copies until they are spread over {@code nodes}; {@code moved} runs after each vbucket.
   */
  void rebalance(List<ClusterNode> nodes, Duration patience, Runnable moved) {
    VBucketMap target = bucket.map().rebalanced(nodes);
    for (int vbucket = 0; vbucket < target.vbuckets(); vbucket++) {
      if (!target.chain(vbucket).equals(bucket.map().chain(vbucket))) {
        move(vbucket, target, patience);
        moved.run();
      }
    }
  }

  private void move(int vbucket, VBucketMap target, Duration patience) {
    ClusterNode from = bucket.map().active(vbucket);
    ClusterNode to = target.active(vbucket);
    List<ClusterNode> replicas = target.replicas(vbucket);
    if (to == null) {
      throw new IllegalArgumentException("vbucket=" + vbucket + " has no node");
    }
    if (from == null) {
      // Its copies are gone: it begins anew, empty.
      bucket.copy(to, vbucket).activate(VBucket.Succession.FAILOVER);
    } else if (!from.equals(to)) {
      takeOver(vbucket, from, to, replicas, patience);
      return;
    } else {
      for (ClusterNode replica : replicas) {
        awaitUpToDate(vbucket, from, replica, patience);
      }
    }
    bucket.install(vbucket, to, replicas);
  }

  private void takeOver(
      int vbucket,
      ClusterNode from,
      ClusterNode to,
      List<ClusterNode> replicas,
      Duration patience) {
    for (ClusterNode replica : without(replicas, from)) {
      awaitUpToDate(vbucket, from, replica, patience);
    }
    awaitUpToDate(vbucket, from, to, patience);
    VBucket source = bucket.copy(from, vbucket);
    VBucket heir = bucket.copy(to, vbucket);
    source.handOver();
    bucket.disconnect(vbucket, to);
    try (ReplicaFeed last = new ReplicaFeed(source, heir)) {
      while (last.open()) {
        boolean more = true;
        while (more) {
          more = last.move(MAX_ITEMS, MAX_BYTES);
        }
      }
    }
    heir.activate(VBucket.Succession.TAKEOVER);
    if (replicas.contains(from)) {
      source.becomeReplica();
    }
    bucket.install(vbucket, to, replicas);
  }

  private void awaitUpToDate(int vbucket, ClusterNode from, ClusterNode to, Duration patience) {
    ReplicationStream stream = bucket.replicate(vbucket, from, to);
    long deadline = System.nanoTime() + patience.toNanos();
    while (!stream.isUpToDate()) {
      if (System.nanoTime() - deadline > 0) {
        bucket.reinstall(vbucket);
        throw new IllegalStateException(
            "replica does not catch up: bucket="
                + bucket.name()
                + ", vbucket="
                + vbucket
                + ", from="
                + from
                + ", to="
                + to
                + ", patience="
                + patience);
      }
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        bucket.reinstall(vbucket);
        throw new IllegalStateException("interrupted while vbucket=" + vbucket + " moves");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static List<ClusterNode> without(List<ClusterNode> nodes, ClusterNode node) {
    return nodes.stream().filter(other -> !other.equals(node)).toList();
  }
}
