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
  private volatile NodeState state = NodeState.RUNNING;

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

  /** Whether its ports were bound ever. */
  public boolean isBound() {
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

  public NodeState state() {
    return state;
  }

  public boolean isRunning() {
    return state == NodeState.RUNNING;
  }

  /**
   * From now on the node does what {@code next} says, and takes part in replication and moves of
   * vbuckets accordingly. What cannot be interrupted, the last step of a move, is done when this
   * returns.
   */
  public void become(NodeState next) {
    synchronized (cluster.handovers()) {
      state = next;
      if (next == NodeState.RUNNING) {
        cluster.replicator().join(id);
      } else {
        cluster.replicator().leave(id);
      }
    }
  }

  /** What was read from disk is all there; does nothing unless the node is warming up. */
  public void warmedUp() {
    synchronized (cluster.handovers()) {
      if (state == NodeState.WARMING_UP) {
        become(NodeState.RUNNING);
      }
    }
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
