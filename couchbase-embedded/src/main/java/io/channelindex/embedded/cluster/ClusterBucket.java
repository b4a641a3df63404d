package io.channelindex.embedded.cluster;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.BucketCollections;
import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.engine.CollectionsManifest;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.replication.ReplicationStream;
import io.channelindex.embedded.replication.Replicator;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A bucket on all of its nodes: their copies, which of them has which vbucket, and the replication
 * between them. Readers may be any thread; changes are made by the cluster, under its lock.
 */
public final class ClusterBucket {
  private record Copy(int vbucket, ClusterNode node) {}

  private final String name;
  private final String uuid;
  private final BucketShape shape;
  private final InstantSource clock;
  private final Replicator replicator;
  private final BucketCollections collections = new BucketCollections();
  private final Map<ClusterNode, Bucket> copies = new ConcurrentHashMap<>();
  private final Map<Copy, ReplicationStream> streams = new HashMap<>();
  private volatile VBucketMap map;
  private volatile @Nullable VBucketMap forward;

  ClusterBucket(
      String name,
      String uuid,
      BucketShape shape,
      InstantSource clock,
      Replicator replicator,
      List<ClusterNode> nodes) {
    this.name = name;
    this.uuid = uuid;
    this.shape = shape;
    this.clock = clock;
    this.replicator = replicator;
    this.map = VBucketMap.spread(nodes, shape.vbuckets(), shape.replicas());
    nodes.forEach(this::addCopy);
    for (int vbucket = 0; vbucket < shape.vbuckets(); vbucket++) {
      ClusterNode active = map.active(vbucket);
      if (active != null) {
        activate(vbucket, active, map.replicas(vbucket), VBucket.Succession.TAKEOVER);
      }
      connect(vbucket);
    }
  }

  public String name() {
    return name;
  }

  /** 32 hex digits. */
  public String uuid() {
    return uuid;
  }

  public BucketShape shape() {
    return shape;
  }

  public VBucketMap map() {
    return map;
  }

  /** The map that a rebalance leads to while there is one, or null. */
  public @Nullable VBucketMap forward() {
    return forward;
  }

  void forward(@Nullable VBucketMap target) {
    forward = target;
  }

  public CollectionsManifest manifest() {
    return anyCopy().manifest();
  }

  /** One of the copies: what is done to its collections is done to the bucket's. */
  public Bucket anyCopy() {
    return copies.values().iterator().next();
  }

  /** The copy on {@code node}, or null if that is not of the cluster. */
  public @Nullable Bucket copy(ClusterNode node) {
    return copies.get(node);
  }

  /** Of all nodes. */
  public Collection<Bucket> copies() {
    return List.copyOf(copies.values());
  }

  /** Documents that can be read, over all collections. */
  public long documentCount() {
    return copies.values().stream().mapToLong(Bucket::documentCount).sum();
  }

  /** Bytes of memory that documents and their tombstones take, on all nodes. */
  public long memoryUsed() {
    return copies.values().stream().mapToLong(Bucket::memoryUsed).sum();
  }

  void onManifestChange(Runnable listener) {
    collections.onChange(listener);
  }

  VBucket copy(ClusterNode node, int vbucket) {
    Bucket copy = copies.get(node);
    if (copy == null) {
      throw new IllegalArgumentException("bucket=" + name + ", node=" + node);
    }
    return copy.vbucket(vbucket);
  }

  /** Whether the disk of {@code node} stands still. */
  boolean isPersistencePaused(ClusterNode node) {
    Bucket copy = copies.get(node);
    return copy != null && copy.isPersistencePaused();
  }

  /** Has a slow disk of {@code node} write a vbucket now; one that stands still does not. */
  void flush(ClusterNode node, int vbucket) {
    Bucket copy = copies.get(node);
    if (copy != null) {
      copy.flush(vbucket);
    }
  }

  void addCopy(ClusterNode node) {
    Bucket copy = new Bucket(name, uuid, shape, clock, collections, VBucketState.DEAD);
    copies.put(node, copy);
    node.add(copy);
  }

  /** {@code node} has none of the vbuckets any more, and is gone. */
  void removeCopy(ClusterNode node) {
    Bucket copy = copies.remove(node);
    if (copy != null) {
      node.remove(name);
      copy.close();
    }
  }

  void close() {
    streams.values().forEach(ReplicationStream::close);
    streams.clear();
    for (ClusterNode node : List.copyOf(copies.keySet())) {
      node.remove(name);
    }
    copies.values().forEach(Bucket::close);
  }

  // Who is what.

  /**
   * The copy of {@code active} serves clients from now on, and counts on {@code replicas} from the
   * first one on: durable writes would be impossible if it came to know of them later.
   */
  void activate(
      int vbucket, ClusterNode active, List<ClusterNode> replicas, VBucket.Succession succession) {
    VBucket copy = copy(active, vbucket);
    copy.replicateTo(replicas.stream().map(node -> copy(node, vbucket)).toList());
    copy.activate(succession);
  }

  /** {@code active} and {@code replicas} have the vbucket from now on; all but copying is done. */
  void install(int vbucket, @Nullable ClusterNode active, List<ClusterNode> replicas) {
    map = map.with(vbucket, active, replicas);
    connect(vbucket);
  }

  /** Undoes what was begun for another map. */
  void reinstall(int vbucket) {
    connect(vbucket);
  }

  /** Makes replicas follow the active copy, as the map says, and no others. */
  private void connect(int vbucket) {
    ClusterNode active = map.active(vbucket);
    List<ClusterNode> replicas = map.replicas(vbucket);
    VBucket source = active == null ? null : copy(active, vbucket);
    // First of all: who still follows a copy that is given up would follow it into nothing.
    for (ClusterNode node : copies.keySet()) {
      ReplicationStream stream = streams.get(new Copy(vbucket, node));
      if (stream != null && !(replicas.contains(node) && stream.isFrom(source))) {
        disconnect(vbucket, node);
      }
    }
    for (ClusterNode node : copies.keySet()) {
      if (!node.equals(active) && !replicas.contains(node)) {
        copy(node, vbucket).discard();
      }
    }
    if (active != null && source != null) {
      source.replicateTo(replicas.stream().map(node -> copy(node, vbucket)).toList());
      replicas.forEach(node -> replicate(vbucket, active, node));
    }
  }

  /** Makes {@code node} follow the active copy, a replica of the map or one that is to be. */
  ReplicationStream replicate(int vbucket, ClusterNode active, ClusterNode node) {
    VBucket source = copy(active, vbucket);
    VBucket replica = copy(node, vbucket);
    replica.becomeReplica();
    Copy key = new Copy(vbucket, node);
    ReplicationStream open = streams.get(key);
    if (open == null || !open.isFrom(source)) {
      disconnect(vbucket, node);
      open = replicator.open(active.id(), source, node.id(), replica);
      streams.put(key, open);
    }
    return open;
  }

  /** Nothing arrives at the replica of {@code node} any more. */
  void disconnect(int vbucket, ClusterNode node) {
    ReplicationStream stream = streams.remove(new Copy(vbucket, node));
    if (stream != null) {
      stream.close();
    }
  }
}
