package io.channelindex.embedded;

import io.channelindex.embedded.connection.KvService;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Loss;
import io.channelindex.embedded.engine.VBucket;
import java.time.Duration;

/**
 * A bucket of an {@link EmbeddedCouchbase}, from behind: what a test does to it that no client can.
 * Thread-safe.
 */
public final class EmbeddedBucket {
  private final Bucket bucket;
  private final KvService service;

  EmbeddedBucket(Bucket bucket, KvService service) {
    this.bucket = bucket;
    this.service = service;
  }

  public String name() {
    return bucket.name();
  }

  public int vbuckets() {
    return bucket.vbucketCount();
  }

  /** Documents that can be read, over all collections. */
  public long documentCount() {
    return bucket.documentCount();
  }

  /** Bytes of memory that documents and their tombstones take, as the quota counts them. */
  public long memoryUsed() {
    return bucket.memoryUsed();
  }

  /**
   * The newest seqno of a vbucket, 0 if nothing ever happened in it.
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

  private VBucket vbucket(int id) {
    if (id < 0 || id >= bucket.vbucketCount()) {
      throw new IllegalArgumentException(
          "vbucket=" + id + ", allowed=0 to " + (bucket.vbucketCount() - 1));
    }
    return bucket.vbucket(id);
  }

  /**
   * Creates a scope.
   *
   * @throws IllegalArgumentException if the name is not allowed or taken
   */
  public void createScope(String scope) {
    bucket.createScope(scope);
  }

  /**
   * Creates a collection whose documents need not expire.
   *
   * @throws IllegalArgumentException if the scope is unknown, or the name not allowed or taken
   */
  public void createCollection(String scope, String collection) {
    bucket.createCollection(scope, collection, 0);
  }

  /**
   * From now on writes stay in memory, as on a node whose disk hangs: they can be read and are
   * streamed, but {@link #crash()} loses them. {@code observe_seqno} says so.
   */
  public void pausePersistence() {
    bucket.pausePersistence();
  }

  /** Persists everything, and every write at once from then on. */
  public void resumePersistence() {
    bucket.resumePersistence();
  }

  /**
   * Ends the data service's work on this bucket like a hard kill, and takes it up again: clients
   * lose their connections, what was not persisted is lost, older versions come back, and every
   * vbucket begins a new branch of its history. Persistence runs afterwards.
   */
  public void crash() {
    service.crash(bucket, new Loss.Unpersisted());
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
    return bucket.expire();
  }

  /**
   * Forgets tombstones that are at least {@code age} old, as compaction does on a real node:
   * whoever streams from below them is sent back to 0.
   *
   * @return how many
   */
  public int purgeTombstones(Duration age) {
    return bucket.purgeTombstones(age);
  }
}
