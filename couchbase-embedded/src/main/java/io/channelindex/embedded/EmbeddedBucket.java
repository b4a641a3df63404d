package io.channelindex.embedded;

import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.cluster.ClusterNode;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.Standing;
import io.channelindex.embedded.engine.VBucket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A bucket of an {@link EmbeddedCouchbase}, or one node's copy of it, from behind: what a test does
 * to it that no client can. Thread-safe.
 */
public final class EmbeddedBucket {
  private final ClusterBucket bucket;
  private final Supplier<List<EmbeddedNode>> nodes;

  /**
   * The copies of {@code bucket} on some nodes.
   *
   * @param nodes which, now
   */
  EmbeddedBucket(ClusterBucket bucket, Supplier<List<EmbeddedNode>> nodes) {
    this.bucket = bucket;
    this.nodes = nodes;
  }

  private List<Bucket> copies() {
    return nodes.get().stream()
        .map(node -> bucket.copy(node.clusterNode()))
        .filter(Objects::nonNull)
        .toList();
  }

  public String name() {
    return bucket.name();
  }

  public int vbuckets() {
    return bucket.shape().vbuckets();
  }

  /** Documents that can be read, over all collections. */
  public long documentCount() {
    return copies().stream().mapToLong(Bucket::documentCount).sum();
  }

  /** Bytes of memory that documents and their tombstones take, as the quota counts them. */
  public long memoryUsed() {
    return copies().stream().mapToLong(Bucket::memoryUsed).sum();
  }

  /**
   * The newest seqno of a vbucket where it is active, or else of the copy that is asked for; 0 if
   * nothing ever happened in it.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public long highSeqno(int vbucket) {
    return vbucket(vbucket).highSeqno(VBucket.View.EVERYTHING);
  }

  /**
   * The identity of the branch that a vbucket is writing.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public long vbuuid(int vbucket) {
    return vbucket(vbucket).vbuuid();
  }

  /**
   * What would be left of a vbucket if it went on with the copy where it is active, or with the one
   * that is asked for.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public Standing standing(int vbucket) {
    return vbucket(vbucket).standing();
  }

  /**
   * The branches of a vbucket's history, as its failover log has them: the one that is being
   * written first, at least one.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public List<FailoverLog.Branch> branches(int vbucket) {
    return vbucket(vbucket).position().failoverLog().branches();
  }

  /**
   * The node where a vbucket is active; empty if it is nowhere.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public Optional<EmbeddedNode> activeNode(int vbucket) {
    ClusterNode active = bucket.map().active(requireVbucket(vbucket));
    return nodes.get().stream().filter(node -> node.clusterNode().equals(active)).findFirst();
  }

  /**
   * The nodes that have replicas of a vbucket.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public List<EmbeddedNode> replicaNodes(int vbucket) {
    List<ClusterNode> replicas = bucket.map().replicas(requireVbucket(vbucket));
    return nodes.get().stream().filter(node -> replicas.contains(node.clusterNode())).toList();
  }

  private int requireVbucket(int id) {
    if (id < 0 || id >= vbuckets()) {
      throw new IllegalArgumentException("vbucket=" + id + ", allowed=0 to " + (vbuckets() - 1));
    }
    return id;
  }

  /** The copy on the node that the map names, if that is one of these; or else another one. */
  private VBucket vbucket(int id) {
    ClusterNode active = bucket.map().active(requireVbucket(id));
    Bucket serving = active == null ? null : bucket.copy(active);
    List<Bucket> copies = copies();
    Bucket copy = serving != null && copies.contains(serving) ? serving : copies.get(0);
    return copy.vbucket(id);
  }

  /**
   * Creates a scope.
   *
   * @throws IllegalArgumentException if the name is not allowed or taken
   */
  public void createScope(String scope) {
    bucket.anyCopy().createScope(scope);
  }

  /**
   * Creates a collection whose documents need not expire.
   *
   * @throws IllegalArgumentException if the scope is unknown, or the name not allowed or taken
   */
  public void createCollection(String scope, String collection) {
    bucket.anyCopy().createCollection(scope, collection, 0);
  }

  /**
   * From now on writes stay in memory, as on a node whose disk hangs: they can be read and are
   * streamed, but {@link #crash()} loses them. {@code observe_seqno} says so.
   */
  public void pausePersistence() {
    copies().forEach(Bucket::pausePersistence);
  }

  /** Persists everything, and every write at once from then on. */
  public void resumePersistence() {
    copies().forEach(Bucket::resumePersistence);
  }

  /**
   * Ends the data service's work on this bucket like a hard kill, and takes it up again: clients
   * lose their connections, what was not persisted is lost, older versions come back, and every
   * vbucket begins a new branch of its history. Persistence runs afterwards.
   */
  public void crash() {
    for (EmbeddedNode node : nodes.get()) {
      Bucket copy = bucket.copy(node.clusterNode());
      if (copy != null) {
        node.crash(copy);
      }
    }
  }

  /**
   * Takes a vbucket away from this node: its streams end with <i>state changed</i>, its requests
   * are answered with <i>not my vbucket</i>.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public void deactivate(int vbucket) {
    vbucket(vbucket).deactivate();
  }

  /**
   * Gives a vbucket back to this node, on a new branch of its history.
   *
   * @throws IllegalArgumentException if there is no such vbucket
   */
  public void activate(int vbucket) {
    vbucket(vbucket).activate();
  }

  /**
   * Turns every document whose expiry time has passed into a tombstone, as the pager does by itself
   * every second.
   *
   * @return how many
   */
  public int expire() {
    return copies().stream().mapToInt(Bucket::expire).sum();
  }

  /**
   * Forgets tombstones that are at least {@code age} old, as compaction does on a real node:
   * whoever streams from below them is sent back to 0.
   *
   * @return how many
   */
  public int purgeTombstones(Duration age) {
    return copies().stream().mapToInt(copy -> copy.purgeTombstones(age)).sum();
  }
}
