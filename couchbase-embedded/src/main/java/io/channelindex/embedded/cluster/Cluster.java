package io.channelindex.embedded.cluster;

import io.channelindex.embedded.engine.Bucket;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The nodes, the buckets, and the revision that every change of either moves on. Thread-safe.
 *
 * <p>Nodes are set once, when their ports are known; every node holds every vbucket of its buckets
 * as long as there is one node.
 */
public final class Cluster {
  /** Hears of changed configurations; called by whoever made the change. */
  @FunctionalInterface
  public interface ConfigListener {
    /** The configuration of {@code bucket} changed. */
    void onConfigChange(Bucket bucket);
  }

  private final String uuid;
  private final ConcurrentSkipListMap<String, Bucket> buckets = new ConcurrentSkipListMap<>();
  private final List<ConfigListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong revision = new AtomicLong(1);
  private volatile List<Node> nodes = List.of();

  /**
   * A cluster without nodes or buckets.
   *
   * @param uuid 32 hex digits
   */
  public Cluster(String uuid) {
    this.uuid = uuid;
  }

  public String uuid() {
    return uuid;
  }

  public List<Node> nodes() {
    return nodes;
  }

  public void setNodes(List<Node> nodes) {
    this.nodes = List.copyOf(nodes);
    revision.incrementAndGet();
  }

  /** Grows with every change of nodes, buckets or manifests. */
  public long revision() {
    return revision.get();
  }

  /**
   * Adds a bucket.
   *
   * @throws IllegalArgumentException if there is one of that name
   */
  public void addBucket(Bucket bucket) {
    if (buckets.putIfAbsent(bucket.name(), bucket) != null) {
      throw new IllegalArgumentException("bucket exists: name=" + bucket.name());
    }
    bucket.onManifestChange(() -> configChanged(bucket));
    configChanged(bucket);
  }

  /** Removes a bucket and ends what uses it; returns false if there was none of that name. */
  public boolean removeBucket(String name) {
    Bucket removed = buckets.remove(name);
    if (removed == null) {
      return false;
    }
    removed.close();
    configChanged(removed);
    return true;
  }

  public @Nullable Bucket bucket(String name) {
    return buckets.get(name);
  }

  /** By name, ascending. */
  public Collection<Bucket> buckets() {
    return List.copyOf(buckets.values());
  }

  public void addListener(ConfigListener listener) {
    listeners.add(listener);
  }

  public void removeListener(ConfigListener listener) {
    listeners.remove(listener);
  }

  private void configChanged(Bucket bucket) {
    revision.incrementAndGet();
    listeners.forEach(listener -> listener.onConfigChange(bucket));
  }
}
