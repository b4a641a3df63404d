package io.channelindex.embedded.cluster;

import io.channelindex.embedded.engine.ReplicaFeed;
import io.channelindex.embedded.engine.Standing;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.replication.ReplicationStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes vbuckets of one bucket active on other nodes. The cluster's lock is held meanwhile. A move
 * that fails leaves its vbucket where it was.
 *
 * <p>What a durable write was promised goes along: whoever takes over has persisted everything
 * before it serves anybody, and a move is not over, so that no node can be failed over, before
 * every new replica has what was acknowledged while it was none.
 */
final class VBucketMover {
  private static final int MAX_ITEMS = 1024;
  private static final long MAX_BYTES = 1 << 20;
  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final ClusterBucket bucket;
  private final Object handovers;

  /**
   * A mover that does nothing yet.
   *
   * @param handovers the monitor that keeps nodes from stopping
   */
  VBucketMover(ClusterBucket bucket, Object handovers) {
    this.bucket = bucket;
    this.handovers = handovers;
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

  /**
   * Where every acknowledged durable write is, if it is anywhere. That may be a node that does not
   * run: it serves the vbucket when it is back, and nothing is lost.
   */
  private @Nullable ClusterNode mostAdvanced(int vbucket, List<ClusterNode> replicas) {
    return replicas.stream()
        .reduce((best, next) -> isBetter(vbucket, next, best) ? next : best)
        .orElse(null);
  }

  private boolean isBetter(int vbucket, ClusterNode node, ClusterNode other) {
    Standing here = bucket.copy(node, vbucket).standing();
    Standing there = bucket.copy(other, vbucket).standing();
    if (here.isAheadOf(there) || there.isAheadOf(here)) {
      return here.isAheadOf(there);
    }
    return node.isRunning() && !other.isRunning();
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
   * Moves copies until they are where {@code target} says; {@code moved} runs after each vbucket.
   */
  void move(VBucketMap target, Duration patience, Runnable moved) {
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
      prepare(vbucket, from, replicas, patience);
    }
    bucket.install(vbucket, to, replicas);
    awaitReplicas(vbucket, to, replicas, patience);
  }

  private void takeOver(
      int vbucket,
      ClusterNode from,
      ClusterNode to,
      List<ClusterNode> replicas,
      Duration patience) {
    prepare(vbucket, from, replicas, patience);
    do {
      awaitReplicas(vbucket, from, List.of(to), patience);
      // While the disk there hangs the vbucket is better served here.
      awaitPersisted(vbucket, from, to, patience);
    } while (!passOn(vbucket, from, to, replicas, patience));
    awaitReplicas(vbucket, to, replicas, patience);
  }

  /**
   * Fills the copies that are to be replicas. From then on nothing is acknowledged that a majority
   * of them does not have, so that the next active copy may be lost as soon as it is one.
   */
  private void prepare(
      int vbucket, ClusterNode from, List<ClusterNode> replicas, Duration patience) {
    List<ClusterNode> others = without(replicas, from);
    awaitReplicas(vbucket, from, others, patience);
    bucket
        .copy(from, vbucket)
        .prepareFor(replicas.stream().map(node -> bucket.copy(node, vbucket)).toList());
    awaitReplicas(vbucket, from, others, patience);
  }

  /**
   * The copy of {@code to} goes on where the one of {@code from} ends; returns false, with nothing
   * done, if one of them stopped a moment ago.
   */
  private boolean passOn(
      int vbucket,
      ClusterNode from,
      ClusterNode to,
      List<ClusterNode> replicas,
      Duration patience) {
    synchronized (handovers) {
      if (!from.isRunning() || !to.isRunning()) {
        return false;
      }
      VBucket source = bucket.copy(from, vbucket);
      VBucket heir = bucket.copy(to, vbucket);
      source.handOver();
      bucket.disconnect(vbucket, to);
      try (ReplicaFeed last = new ReplicaFeed(source, heir)) {
        // A crash over there takes some of it away again.
        while (!last.hasReached(Long.MAX_VALUE)) {
          moveAll(last);
          awaitPersisted(vbucket, from, to, patience);
        }
      } catch (IllegalStateException e) {
        source.activate(VBucket.Succession.TAKEOVER);
        throw e;
      }
      heir.activate(VBucket.Succession.TAKEOVER);
      if (replicas.contains(from)) {
        source.becomeReplica();
      }
      bucket.install(vbucket, to, replicas);
      return true;
    }
  }

  private static void moveAll(ReplicaFeed feed) {
    while (feed.open()) {
      boolean more = true;
      while (more) {
        more = feed.move(MAX_ITEMS, MAX_BYTES);
      }
    }
  }

  /** Waits until these have what the active copy has now. */
  private void awaitReplicas(
      int vbucket, ClusterNode active, List<ClusterNode> replicas, Duration patience) {
    long seqno = bucket.copy(active, vbucket).highSeqno();
    for (ClusterNode replica : replicas) {
      ReplicationStream stream = bucket.replicate(vbucket, active, replica);
      await(
          vbucket,
          active,
          replica,
          () -> stream.hasReached(seqno),
          "replica does not catch up",
          patience);
    }
  }

  private void awaitPersisted(int vbucket, ClusterNode from, ClusterNode to, Duration patience) {
    VBucket copy = bucket.copy(to, vbucket);
    await(vbucket, from, to, () -> isPersisted(copy), "copy is not persisted", patience);
  }

  private static boolean isPersisted(VBucket copy) {
    VBucket.Position position = copy.position();
    return position.persistedSeqno() >= position.highSeqno();
  }

  private void await(
      int vbucket,
      ClusterNode from,
      ClusterNode to,
      BooleanSupplier condition,
      String trouble,
      Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      requireAlive(vbucket, from, to);
      if (System.nanoTime() - deadline > 0) {
        bucket.reinstall(vbucket);
        throw new IllegalStateException(
            trouble
                + ": bucket="
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

  /** A node that stands still may go on; one that is gone has lost what it was told. */
  private void requireAlive(int vbucket, ClusterNode... nodes) {
    for (ClusterNode node : nodes) {
      if (node.state() == NodeState.KILLED) {
        bucket.reinstall(vbucket);
        throw new IllegalStateException(
            "node is gone: bucket=" + bucket.name() + ", vbucket=" + vbucket + ", node=" + node);
      }
    }
  }

  private static List<ClusterNode> without(List<ClusterNode> nodes, ClusterNode node) {
    return nodes.stream().filter(other -> !other.equals(node)).toList();
  }
}
