package io.channelindex.embedded.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A named set of vbuckets with a collections manifest. Thread-safe.
 *
 * <p>Changes of the manifest are serialized and appear in every vbucket's history. The manifest is
 * published first and reaches the vbuckets one after the other; each goes by the one that it has
 * seen, so no write can come before its collection's creation or after its erasure.
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
  private final List<Runnable> manifestListeners = new CopyOnWriteArrayList<>();

  /** All that ever happened to the manifest: what a vbucket that crashed is to be told again. */
  private final List<ManifestChange> manifestChanges = new ArrayList<>();

  private volatile boolean persistencePaused;
  private volatile CollectionsManifest manifest = CollectionsManifest.initial();

  /** Creates an empty bucket without replicas and without a memory quota. */
  public Bucket(String name, String uuid, int vbucketCount, InstantSource clock) {
    this(name, uuid, BucketShape.of(vbucketCount), clock);
  }

  /**
   * Creates an empty bucket.
   *
   * @param clock the wall clock of CAS values and expiry times
   */
  public Bucket(String name, String uuid, BucketShape shape, InstantSource clock) {
    this.name = name;
    this.uuid = uuid;
    this.clock = clock;
    this.shape = shape;
    this.memory = new MemoryQuota(shape.quotaBytes());
    this.vbuckets =
        IntStream.range(0, shape.vbuckets()).mapToObj(id -> new VBucket(id, this)).toList();
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
    return manifest;
  }

  /** Calls {@code listener} after every change of the manifest. */
  public void onManifestChange(Runnable listener) {
    manifestListeners.add(listener);
  }

  /** Creates a scope; throws {@link IllegalArgumentException} if the name is bad or taken. */
  public CollectionsManifest createScope(String scope) {
    return change(
        old -> old.withScope(scope),
        (before, after) -> {
          CollectionsManifest.Scope created = after.requireScope(scope);
          return new ManifestChange(
              SystemEvent.Type.CREATE_SCOPE, after.uid(), created.id(), 0, scope, 0);
        });
  }

  /**
   * Creates a collection.
   *
   * @param maxTtlSeconds the longest life of its documents, 0 for no limit
   * @throws IllegalArgumentException if the scope is unknown, or the name bad or taken
   */
  public CollectionsManifest createCollection(String scope, String collection, int maxTtlSeconds) {
    return change(
        old -> old.withCollection(scope, collection, maxTtlSeconds),
        (before, after) -> {
          CollectionsManifest.Collection created = after.requireCollection(scope, collection);
          return new ManifestChange(
              SystemEvent.Type.CREATE_COLLECTION,
              after.uid(),
              created.scope(),
              created.id(),
              collection,
              maxTtlSeconds);
        });
  }

  /**
   * Drops a collection and its documents.
   *
   * @throws IllegalArgumentException if there is no such collection
   */
  public CollectionsManifest dropCollection(String scope, String collection) {
    return change(
        old -> old.withoutCollection(scope, collection),
        (before, after) -> {
          CollectionsManifest.Collection dropped = before.requireCollection(scope, collection);
          return new ManifestChange(
              SystemEvent.Type.DROP_COLLECTION, after.uid(), dropped.scope(), dropped.id(), "", 0);
        });
  }

  /**
   * Drops a scope with all of its collections.
   *
   * @throws IllegalArgumentException if there is no such scope, or it is the default one
   */
  public synchronized CollectionsManifest dropScope(String scope) {
    CollectionsManifest.Scope dropped = manifest.requireDroppableScope(scope);
    for (CollectionsManifest.Collection collection : manifest.collectionsOf(dropped)) {
      dropCollection(scope, collection.name());
    }
    return change(
        old -> old.withoutScope(scope),
        (before, after) ->
            new ManifestChange(SystemEvent.Type.DROP_SCOPE, after.uid(), dropped.id(), 0, "", 0));
  }

  private interface Describe {
    ManifestChange change(CollectionsManifest before, CollectionsManifest after);
  }

  private synchronized CollectionsManifest change(
      UnaryOperator<CollectionsManifest> step, Describe describe) {
    CollectionsManifest before = manifest;
    CollectionsManifest after = step.apply(before);
    ManifestChange change = describe.change(before, after);
    manifest = after;
    manifestChanges.add(change);
    vbuckets.forEach(vbucket -> vbucket.apply(change, after));
    manifestListeners.forEach(Runnable::run);
    return after;
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

  /** Documents that can be read, over all vbuckets. */
  public long documentCount() {
    return vbuckets.stream().mapToLong(vbucket -> vbucket.position().documents()).sum();
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

  /** From now on nothing is persisted: a {@link #crash} loses what is written. */
  public synchronized void pausePersistence() {
    persistencePaused = true;
    vbuckets.forEach(VBucket::pausePersistence);
  }

  /** Persists everything, and from now on at once. */
  public synchronized void resumePersistence() {
    persistencePaused = false;
    vbuckets.forEach(VBucket::resumePersistence);
  }

  /** Every vbucket loses what was not persisted and goes on on a new branch of its history. */
  public void crash() {
    crash(new Loss.Unpersisted());
  }

  /** Every vbucket loses what {@code loss} says and goes on on a new branch of its history. */
  public synchronized void crash(Loss loss) {
    persistencePaused = false;
    vbuckets.forEach(vbucket -> vbucket.crash(loss, manifestChanges));
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
    vbuckets.forEach(VBucket::remove);
  }
}
