package io.channelindex.embedded.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * One node's copy of a bucket: vbuckets, the memory that they take, and their persistence. The
 * collections are those of all copies. Thread-safe.
 */
public final class Bucket {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Identities have 48 bits, as the real server's. */
  private static final long VBUUID_BOUND = 1L << 48;

  private final String name;
  private final String uuid;
  private final InstantSource clock;
  private final BucketShape shape;
  private final MemoryQuota memory;
  private final List<VBucket> vbuckets;
  private final BucketCollections collections;
  private volatile boolean persistencePaused;

  /** Whether only {@link #flush} persists anything. */
  private volatile boolean persistenceDeferred;

  /** Creates an empty bucket without replicas and without a memory quota. */
  public Bucket(String name, String uuid, int vbucketCount, InstantSource clock) {
    this(name, uuid, BucketShape.of(vbucketCount), clock);
  }

  /**
   * Creates an empty bucket whose only copy this is, with every vbucket active.
   *
   * @param clock the wall clock of CAS values and expiry times
   */
  public Bucket(String name, String uuid, BucketShape shape, InstantSource clock) {
    this(name, uuid, shape, clock, new BucketCollections(), VBucketState.ACTIVE);
  }

  /**
   * Creates an empty copy of a bucket.
   *
   * @param clock the wall clock of CAS values and expiry times
   * @param collections those of all copies
   * @param state of every vbucket
   */
  public Bucket(
      String name,
      String uuid,
      BucketShape shape,
      InstantSource clock,
      BucketCollections collections,
      VBucketState state) {
    this.name = name;
    this.uuid = uuid;
    this.clock = clock;
    this.shape = shape;
    this.memory = new MemoryQuota(shape.quotaBytes());
    this.collections = collections;
    this.vbuckets =
        IntStream.range(0, shape.vbuckets()).mapToObj(id -> new VBucket(id, this, state)).toList();
    collections.add(this);
  }

  public String name() {
    return name;
  }

  /** 32 hex digits. */
  public String uuid() {
    return uuid;
  }

  public int vbucketCount() {
    return vbuckets.size();
  }

  /** The vbucket with {@code id}, from 0 to below {@link #vbucketCount()}. */
  public VBucket vbucket(int id) {
    return vbuckets.get(id);
  }

  public List<VBucket> vbuckets() {
    return vbuckets;
  }

  public CollectionsManifest manifest() {
    return collections.manifest();
  }

  BucketCollections collections() {
    return collections;
  }

  /** Creates a scope; throws {@link IllegalArgumentException} if the name is bad or taken. */
  public CollectionsManifest createScope(String scope) {
    return collections.createScope(scope);
  }

  /**
   * Creates a collection.
   *
   * @param maxTtlSeconds the longest life of its documents, 0 for no limit
   * @throws IllegalArgumentException if the scope is unknown, or the name bad or taken
   */
  public CollectionsManifest createCollection(String scope, String collection, int maxTtlSeconds) {
    return collections.createCollection(scope, collection, maxTtlSeconds);
  }

  /**
   * Drops a collection and its documents.
   *
   * @throws IllegalArgumentException if there is no such collection
   */
  public CollectionsManifest dropCollection(String scope, String collection) {
    return collections.dropCollection(scope, collection);
  }

  /**
   * Drops a scope with all of its collections.
   *
   * @throws IllegalArgumentException if there is no such scope, or it is the default one
   */
  public CollectionsManifest dropScope(String scope) {
    return collections.dropScope(scope);
  }

  /** The wall clock, in nanoseconds since the epoch. */
  public long nowNanos() {
    Instant now = clock.instant();
    return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
  }

  long nowSeconds() {
    return clock.instant().getEpochSecond();
  }

  long newVbuuid() {
    return ThreadLocalRandom.current().nextLong(1, VBUUID_BOUND);
  }

  MemoryQuota memory() {
    return memory;
  }

  public BucketShape shape() {
    return shape;
  }

  /** Bytes of memory that documents and their tombstones take. */
  public long memoryUsed() {
    return memory.used().sum();
  }

  /** How many writes were refused for want of memory, and may be repeated later. */
  public long temporaryMemoryRefusals() {
    return memory.temporaryRefusals();
  }

  /** How many writes were refused with more stored than the quota. */
  public long hardMemoryRefusals() {
    return memory.hardRefusals();
  }

  /** Documents that can be read, over all vbuckets that are active here. */
  public long documentCount() {
    return vbuckets.stream()
        .filter(vbucket -> vbucket.state() == VBucketState.ACTIVE)
        .mapToLong(vbucket -> vbucket.position().documents())
        .sum();
  }

  /** Turns documents whose time has passed into tombstones; returns how many. */
  public int expire() {
    return vbuckets.stream().mapToInt(VBucket::expire).sum();
  }

  /**
   * Forgets tombstones of at least {@code age}; returns how many. None while persistence is paused:
   * it is the disk that is purged.
   */
  public int purgeTombstones(Duration age) {
    long madeUntil = nowSeconds() - age.toSeconds();
    return vbuckets.stream().mapToInt(vbucket -> vbucket.purge(madeUntil)).sum();
  }

  /** Whether writes are kept in memory only. */
  public boolean isPersistencePaused() {
    return persistencePaused;
  }

  /** Whether {@link #flush} would persist something. */
  boolean isPersistenceSlow() {
    return persistenceDeferred && !persistencePaused;
  }

  /** From now on nothing is persisted: a {@link #crash} loses what is written. */
  public synchronized void pausePersistence() {
    persistencePaused = true;
    vbuckets.forEach(VBucket::pausePersistence);
  }

  /** Persists everything, and from now on at once, unless that is deferred. */
  public synchronized void resumePersistence() {
    persistencePaused = false;
    vbuckets.forEach(persistenceDeferred ? VBucket::flush : VBucket::resumePersistence);
  }

  /** From now on nothing is persisted but by {@link #flush}, nor are tombstones purged. */
  public synchronized void deferPersistence() {
    persistenceDeferred = true;
    vbuckets.forEach(VBucket::pausePersistence);
  }

  /** The opposite of {@link #deferPersistence}; what is paused stays so. */
  public synchronized void persistAtOnce() {
    persistenceDeferred = false;
    if (!persistencePaused) {
      vbuckets.forEach(VBucket::resumePersistence);
    }
  }

  /** Persists what is there now, if that is deferred and not paused. */
  public synchronized void flush() {
    if (isPersistenceSlow()) {
      vbuckets.forEach(VBucket::flush);
    }
  }

  /** As {@link #flush()}, of one vbucket. */
  public synchronized void flush(int vbucket) {
    if (isPersistenceSlow()) {
      vbuckets.get(vbucket).flush();
    }
  }

  /** As a hard kill of the process: what was not persisted is lost. */
  public void crash() {
    crash(new Loss.Unpersisted());
  }

  /**
   * Every vbucket loses what {@code loss} says. Active ones go on on a new branch of their history;
   * replicas lose what was not persisted, and are told by their active copies what comes next.
   */
  public void crash(Loss loss) {
    synchronized (collections) {
      crashNow(loss);
    }
  }

  private synchronized void crashNow(Loss loss) {
    persistencePaused = false;
    vbuckets.forEach(vbucket -> vbucket.crash(loss));
    if (persistenceDeferred) {
      vbuckets.forEach(VBucket::pausePersistence);
    }
  }

  /**
   * From now on every vbucket can lose its last {@code seqnos}, persisted or not, to a {@link
   * Loss.Tail}: it keeps that many old versions at most. 0: no longer.
   */
  public synchronized void keepTail(long seqnos) {
    vbuckets.forEach(vbucket -> vbucket.keepTail(seqnos));
  }

  /** Ends every stream and refuses every operation from now on. */
  public void close() {
    collections.remove(this);
    vbuckets.forEach(VBucket::remove);
  }
}
