package io.channelindex.embedded.cluster;

import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.replication.Replicator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The nodes, the buckets, who has which vbucket, and the revision that every change of any of these
 * moves on. Thread-safe: changes of the topology happen one after the other.
 */
public final class Cluster implements AutoCloseable {
  /** Hears of changed configurations; called by whoever made the change. */
  @FunctionalInterface
  public interface ConfigListener {
    /** The configuration of {@code bucket} changed. */
    void onConfigChange(ClusterBucket bucket);
  }

  private final String uuid;
  private final Replicator replicator = new Replicator();
  private final ConcurrentSkipListMap<String, ClusterBucket> buckets =
      new ConcurrentSkipListMap<>();
  private final List<ConfigListener> listeners = new CopyOnWriteArrayList<>();
  private final long revisionEpoch;
  private final AtomicLong revision = new AtomicLong(1);
  private final Object handovers = new Object();
  private volatile List<ClusterNode> members = List.of();

  /** The members whose ports are bound. */
  private volatile List<ClusterNode> nodes = List.of();

  private int nextNode;

  /**
   * A cluster without nodes or buckets.
   *
   * @param uuid 32 hex digits
   * @param revisionEpoch higher than that of any cluster that clients may have met at the same
   *     ports before, whose revisions were others; at least 1
   */
  public Cluster(String uuid, long revisionEpoch) {
    this.uuid = uuid;
    this.revisionEpoch = revisionEpoch;
  }

  public String uuid() {
    return uuid;
  }

  /** What all revisions belong to: they are compared within an epoch only. */
  public long revisionEpoch() {
    return revisionEpoch;
  }

  /** Grows with every change of nodes, buckets, vbucket maps or manifests. */
  public long revision() {
    return revision.get();
  }

  // Nodes.

  /** Those that clients are told of, in the order of the configuration. */
  public List<ClusterNode> nodes() {
    return nodes;
  }

  /** Held while a vbucket passes from one node to the other: neither can stop meanwhile. */
  Object handovers() {
    return handovers;
  }

  /** The links between nodes. */
  public Replicator replicator() {
    return replicator;
  }

  /**
   * Adds a node, which has no vbuckets of the buckets that there are until a {@link #rebalance}.
   * Clients are told of it when its ports are bound.
   */
  public synchronized ClusterNode addNode() {
    ClusterNode node = new ClusterNode(this, nextNode++);
    buckets.values().forEach(bucket -> bucket.addCopy(node));
    List<ClusterNode> more = new ArrayList<>(members);
    more.add(node);
    members = List.copyOf(more);
    return node;
  }

  /** Takes back a node that was failed over, with nothing of what it had. */
  public synchronized void addBack(ClusterNode node) {
    if (members.contains(node)) {
      throw new IllegalArgumentException("node=" + node + " is in the cluster");
    }
    buckets.values().forEach(bucket -> bucket.addCopy(node));
    List<ClusterNode> more = new ArrayList<>(members);
    more.add(node);
    members = List.copyOf(more);
    nodesChanged();
  }

  /** Forgets a node that has no vbuckets. */
  public synchronized void removeNode(ClusterNode node) {
    forget(node);
  }

  synchronized void nodesChanged() {
    nodes = members.stream().filter(ClusterNode::isBound).toList();
    revision.incrementAndGet();
    buckets.values().forEach(this::announce);
  }

  // Buckets.

  /**
   * Adds a bucket, spread over the nodes that there are.
   *
   * @param bucketUuid 32 hex digits
   * @throws IllegalArgumentException if there is one of that name
   */
  public synchronized ClusterBucket createBucket(
      String name, String bucketUuid, BucketShape shape, InstantSource clock) {
    if (buckets.containsKey(name)) {
      throw new IllegalArgumentException("bucket exists: name=" + name);
    }
    ClusterBucket bucket = new ClusterBucket(name, bucketUuid, shape, clock, replicator, members);
    buckets.put(name, bucket);
    bucket.onManifestChange(() -> configChanged(bucket));
    configChanged(bucket);
    return bucket;
  }

  /** Removes a bucket and ends what uses it; returns false if there was none of that name. */
  public synchronized boolean removeBucket(String name) {
    ClusterBucket removed = buckets.remove(name);
    if (removed == null) {
      return false;
    }
    removed.close();
    configChanged(removed);
    return true;
  }

  public @Nullable ClusterBucket bucket(String name) {
    return buckets.get(name);
  }

  /** By name, ascending. */
  public Collection<ClusterBucket> buckets() {
    return List.copyOf(buckets.values());
  }

  // Topology.

  /**
   * Goes on without {@code node}, which is dead: of each vbucket that was active there, the replica
   * that is ahead becomes active, on a new branch of its history; what it lacks is lost.
   *
   * @throws IllegalArgumentException if it is not a node of this cluster, or the last one
   */
  public synchronized void failOver(ClusterNode node) {
    requireAnother(node);
    buckets.values().forEach(bucket -> mover(bucket).failOver(node));
    forget(node);
  }

  /**
   * As {@link #failOver}, but nothing is lost: each replica that becomes active has everything, and
   * goes on on the same branch.
   *
   * @param patience how long replicas may take to catch up
   * @throws IllegalArgumentException if it is not a node of this cluster, or the last one
   * @throws IllegalStateException if a node is not running, a vbucket has no replica, or one does
   *     not catch up; the node stays, with what has not been handed over
   */
  public synchronized void failOverGracefully(ClusterNode node, Duration patience) {
    requireAnother(node);
    requireAllRunning();
    Map<ClusterBucket, VBucketMap> targets = new LinkedHashMap<>();
    for (ClusterBucket bucket : buckets.values()) {
      targets.put(bucket, mover(bucket).handedOver(node));
    }
    targets.forEach((bucket, target) -> move(bucket, target, patience));
    failOver(node);
  }

  /**
   * Spreads all vbuckets over the nodes except {@code leaving}, one after the other, without loss
   * and without a new branch, while clients work.
   *
   * @param leaving nodes that are not of the cluster any more when this returns
   * @param patience how long each copy may take to catch up
   * @throws IllegalArgumentException if no node is left
   * @throws IllegalStateException if a node is not running, or a copy does not catch up; what was
   *     moved stays where it is
   */
  public synchronized void rebalance(List<ClusterNode> leaving, Duration patience) {
    List<ClusterNode> staying = members.stream().filter(node -> !leaving.contains(node)).toList();
    if (staying.isEmpty()) {
      throw new IllegalArgumentException("leaving=" + leaving + ", nodes=" + members);
    }
    requireAllRunning();
    for (ClusterBucket bucket : buckets.values()) {
      move(bucket, bucket.map().rebalanced(staying), patience);
    }
    leaving.forEach(this::forget);
  }

  /** Clients are told where things go before they are there, and no longer when they are. */
  private void move(ClusterBucket bucket, VBucketMap target, Duration patience) {
    if (target.isSameAs(bucket.map())) {
      return;
    }
    bucket.forward(target);
    configChanged(bucket);
    try {
      mover(bucket).move(target, patience);
    } finally {
      bucket.forward(null);
      configChanged(bucket);
    }
  }

  private VBucketMover mover(ClusterBucket bucket) {
    return new VBucketMover(bucket, handovers, () -> configChanged(bucket));
  }

  /** As a real server, which moves nothing while a node does not answer. */
  private void requireAllRunning() {
    for (ClusterNode member : members) {
      if (!member.isRunning()) {
        throw new IllegalStateException(
            "node=" + member + ", state=" + member.state() + ", required=RUNNING");
      }
    }
  }

  private void requireAnother(ClusterNode node) {
    if (!members.contains(node) || members.size() == 1) {
      throw new IllegalArgumentException("node=" + node + ", nodes=" + members);
    }
  }

  private void forget(ClusterNode node) {
    members = members.stream().filter(other -> !other.equals(node)).toList();
    buckets.values().forEach(bucket -> bucket.removeCopy(node));
    nodesChanged();
  }

  // Listeners.

  public void addListener(ConfigListener listener) {
    listeners.add(listener);
  }

  public void removeListener(ConfigListener listener) {
    listeners.remove(listener);
  }

  private void configChanged(ClusterBucket bucket) {
    revision.incrementAndGet();
    announce(bucket);
  }

  private void announce(ClusterBucket bucket) {
    listeners.forEach(listener -> listener.onConfigChange(bucket));
  }

  /** Ends replication. */
  @Override
  public void close() {
    replicator.close();
  }
}
