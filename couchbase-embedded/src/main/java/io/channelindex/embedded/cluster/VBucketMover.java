package io.channelindex.embedded.cluster;

import io.channelindex.embedded.engine.ReplicaFeed;
import io.channelindex.embedded.engine.Standing;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
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
 * every new replica has what was acknowledged while it was none. Clients are told of the new place
 * as soon as the vbucket is served there, and not when the move is over: new replicas may take
 * long.
 */
final class VBucketMover {
  private static final int MAX_ITEMS = 1024;
  private static final long MAX_BYTES = 1 << 20;
  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final ClusterBucket bucket;
  private final Object handovers;
  private final Runnable announcement;

  /**
   * A mover that does nothing yet.
   *
   * @param handovers the monitor that keeps nodes from stopping
   * @param announcement tells clients of the map; runs after each change that a move makes to it
   */
  VBucketMover(ClusterBucket bucket, Object handovers, Runnable announcement) {
    this.bucket = bucket;
    this.handovers = handovers;
    this.announcement = announcement;
  }

  /** Goes on without {@code node}, whose copies are gone; nothing is announced. */
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
        replicas = without(replicas, active);
        bucket.activate(vbucket, active, replicas, VBucket.Succession.FAILOVER);
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

  /**
   * The map with every vbucket that is active on {@code node} handed over to a replica.
   *
   * @throws IllegalStateException if a vbucket has none
   */
  VBucketMap handedOver(ClusterNode node) {
    VBucketMap map = bucket.map();
    VBucketMap target = map;
    for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
      if (node.equals(map.active(vbucket))) {
        ClusterNode heir = mostAdvanced(vbucket, map.replicas(vbucket));
        if (heir == null) {
          throw new IllegalStateException(
              "no replica: bucket=" + bucket.name() + ", vbucket=" + vbucket + ", node=" + node);
        }
        List<ClusterNode> replicas = new ArrayList<>(map.replicas(vbucket));
        replicas.set(replicas.indexOf(heir), node);
        target = target.with(vbucket, heir, replicas);
      }
    }
    return target;
  }

  /** Moves copies until they are where {@code target} says. */
  void move(VBucketMap target, Duration patience) {
    for (int vbucket = 0; vbucket < target.vbuckets(); vbucket++) {
      if (!target.chain(vbucket).equals(bucket.map().chain(vbucket))) {
        move(vbucket, target, patience);
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
      bucket.activate(vbucket, to, replicas, VBucket.Succession.FAILOVER);
    } else if (!from.equals(to)) {
      takeOver(vbucket, from, to, replicas, patience);
      return;
    } else {
      prepare(vbucket, from, replicas, patience);
    }
    bucket.install(vbucket, to, replicas);
    announcement.run();
    awaitReplicas(vbucket, to, replicas, patience);
  }

  private void takeOver(
      int vbucket,
      ClusterNode from,
      ClusterNode to,
      List<ClusterNode> replicas,
      Duration patience) {
    prepare(vbucket, from, replicas, patience);
    awaitTransfer(vbucket, from, to, patience);
    long deadline = System.nanoTime() + patience.toNanos();
    while (!passOn(vbucket, from, to, replicas, patience)) {
      if (System.nanoTime() - deadline > 0) {
        throw givenUp(vbucket, from, to, "copy does not take over", patience);
      }
      awaitTransfer(vbucket, from, to, patience);
    }
    announcement.run();
    awaitReplicas(vbucket, to, replicas, patience);
  }

  private void awaitTransfer(int vbucket, ClusterNode from, ClusterNode to, Duration patience) {
    awaitReplicas(vbucket, from, List.of(to), patience);
    // While the disk there hangs the vbucket is better served here.
    VBucket copy = bucket.copy(to, vbucket);
    long seqno = copy.highSeqno();
    await(vbucket, from, to, () -> isPersisted(copy, seqno), "copy is not persisted", patience);
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
   * The copy of {@code to} goes on where the one of {@code from} ends; returns false, with the
   * vbucket served where it was, if one of them stopped a moment ago, or its disk does not go on:
   * no node can stop meanwhile, so this is no time to wait.
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
      source.handOver();
      bucket.disconnect(vbucket, to);
      if (!transferAll(vbucket, source, to, patience)) {
        source.activate(VBucket.Succession.TAKEOVER);
        return false;
      }
      bucket.activate(vbucket, to, replicas, VBucket.Succession.TAKEOVER);
      if (replicas.contains(from)) {
        source.becomeReplica();
      }
      bucket.install(vbucket, to, replicas);
      return true;
    }
  }

  /**
   * Brings the copy of {@code to} to where {@code source} ended, on disk; returns whether it is.
   */
  private boolean transferAll(int vbucket, VBucket source, ClusterNode to, Duration patience) {
    VBucket heir = bucket.copy(to, vbucket);
    long deadline = System.nanoTime() + patience.toNanos();
    try (ReplicaFeed last = new ReplicaFeed(source, heir)) {
      while (true) {
        moveAll(last);
        bucket.flush(to, vbucket);
        if (last.hasReached(Long.MAX_VALUE) && isPersisted(heir, Long.MAX_VALUE)) {
          return true;
        }
        // A crash over there takes some of it away again, but what else stands in the way stays.
        if (heir.state() != VBucketState.REPLICA
            || bucket.isPersistencePaused(to)
            || System.nanoTime() - deadline > 0) {
          return false;
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
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

  /** Whether everything up to {@code seqno} is on disk, or all if it went back to before that. */
  private static boolean isPersisted(VBucket copy, long seqno) {
    VBucket.Position position = copy.position();
    return position.persistedSeqno() >= Math.min(seqno, position.highSeqno());
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
        throw givenUp(vbucket, from, to, trouble, patience);
      }
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        bucket.reinstall(vbucket);
        throw new IllegalStateException("interrupted while vbucket=" + vbucket + " moves");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private IllegalStateException givenUp(
      int vbucket, ClusterNode from, ClusterNode to, String trouble, Duration patience) {
    bucket.reinstall(vbucket);
    return new IllegalStateException(
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

  /** A node that stands still may go on; one that is gone has lost what it was told. */
  private void requireAlive(int vbucket, ClusterNode... nodes) {
    for (ClusterNode node : nodes) {
      if (node.state() == NodeState.KILLED || node.state() == NodeState.GONE) {
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
