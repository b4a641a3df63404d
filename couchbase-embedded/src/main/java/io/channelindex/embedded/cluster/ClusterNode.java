package io.channelindex.embedded.cluster;

import io.channelindex.embedded.engine.Bucket;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * A node of a cluster: where clients reach it, and its own copies of the buckets. Thread-safe.
 *
 * <p>A node is made before its ports are bound, and has to be told of them before clients are.
 */
public final class ClusterNode {
  private final Cluster cluster;
  private final int id;
  private final ConcurrentSkipListMap<String, Bucket> buckets = new ConcurrentSkipListMap<>();
  private volatile @Nullable Node address;

  ClusterNode(Cluster cluster, int id) {
    this.cluster = cluster;
    this.id = id;
  }

  public Cluster cluster() {
    return cluster;
  }

  /** Which node this is, in the order that they came in, from 0; never another one's. */
  public int id() {
    return id;
  }

  /** Its ports are bound: clients are told of {@code bound} from now on. */
  public void boundTo(Node bound) {
    address = bound;
    cluster.nodesChanged();
  }

  boolean isBound() {
    return address != null;
  }

  /**
   * Where clients reach it.
   *
   * @throws IllegalStateException if its ports are not bound yet
   */
  public Node address() {
    Node bound = address;
    if (bound == null) {
      throw new IllegalStateException("not bound: node=" + id);
    }
    return bound;
  }

  /** This node's copy of the bucket called {@code name}, or null if there is no such bucket. */
  public @Nullable Bucket bucket(String name) {
    return buckets.get(name);
  }

  /** This node's copies, by name, ascending. */
  public Collection<Bucket> buckets() {
    return List.copyOf(buckets.values());
  }

  void add(Bucket copy) {
    buckets.put(copy.name(), copy);
  }

  void remove(String bucket) {
    buckets.remove(bucket);
  }

  @Override
  public String toString() {
    return "node-" + id;
  }
}
