package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One hash partition of a bucket: its documents and their history.
 *
 * <p>Thread-safe: every operation takes this vbucket's own lock for its whole, short duration, and
 * is atomic. Operations that refuse throw {@link StatusException}; a missing document is null where
 * the method says so and {@link Status#KEY_ENOENT} elsewhere. A document whose expiry time has
 * passed is missing: whoever meets it first turns it into a tombstone, unless a durable write of it
 * waits.
 *
 * <p>Streams read the history through {@link Snapshot}s and hear of news through {@link
 * MutationListener}s. A copy of the vbucket on another node is brought up to date by a {@link
 * ReplicaFeed}.
 */
public final class VBucket {
  private final int id;
  private final Bucket bucket;
  private final VersionStore store;
  private final MutationListeners listeners = new MutationListeners();
  private final CopyRole role;

  VBucket(int id, Bucket bucket, VBucketState state) {
    this.id = id;
    this.bucket = bucket;
    this.store = new VersionStore(bucket);
    this.role = new CopyRole(bucket, store, listeners, state);
  }

  public int id() {
    return id;
  }

  public VBucketState state() {
    return role.state();
  }

  /**
   * The identity of the branch that is being written. Read before a mutation, it never names a
   * younger branch than the mutation's.
   */
  public long vbuuid() {
    return role.vbuuid();
  }

  /** Whether there are enough copies for durable writes. */
  public boolean isDurable() {
    return role.isDurable();
  }

  // Documents.

  /** The document, or null. */
  public synchronized @Nullable Item get(Key key) {
    requireAccess(key);
    return document(key);
  }

  /** The newest version of {@code key}, which may be a tombstone, or null. */
  public synchronized @Nullable Item getWithTombstone(Key key) {
    requireAccess(key);
    Item document = document(key);
    return document != null ? document : store.newestAsTombstone(key);
  }

  /**
   * The document as this replica has it, or null.
   *
   * @throws StatusException {@link Status#NOT_MY_VBUCKET} if this is no replica
   */
  public synchronized @Nullable Item getReplica(Key key) {
    requireAccess(key, VBucketState.REPLICA);
    Item item = store.newest(key);
    // Only the active copy turns what has expired into a tombstone.
    return item == null || item.isDeleted() || store.isExpired(item) ? null : item;
  }

  /** As above; a tombstone, too, and what has expired as one. */
  public synchronized @Nullable Item getReplicaWithTombstone(Key key) {
    requireAccess(key, VBucketState.REPLICA);
    return store.newestAsTombstone(key);
  }

  /** As {@link #getReplicaWithTombstone} of a replica, {@link #getWithTombstone} of others. */
  public synchronized @Nullable Item getFromAnyCopy(Key key) {
    return role.state() == VBucketState.REPLICA
        ? getReplicaWithTombstone(key)
        : getWithTombstone(key);
  }

  /**
   * Some document of a collection, or null if it has none here, or this vbucket serves nobody.
   *
   * @param start where to look first, any number from 0
   */
  public synchronized @Nullable Item anyDocument(int collection, int start) {
    return role.isActive() ? store.anyDocument(collection, start) : null;
  }

  /** The CAS that readers are to see: all ones while {@code item} is locked. */
  public long visibleCas(Item item) {
    if (store.locks().isEmpty()) {
      return item.cas();
    }
    synchronized (this) {
      return store.locks().isLocked(item, bucket.nowSeconds()) ? -1 : item.cas();
    }
  }

  /** Stores a document whether or not it exists. */
  public synchronized Item set(Key key, Write write) {
    requireStorable(key, write.value().length);
    Item existing = document(key);
    if (existing != null) {
      requireWritable(existing, write.cas());
    } else if (write.cas() != 0) {
      throw StatusException.of(Status.KEY_ENOENT);
    }
    return overwrite(key, existing, write);
  }

  /** Stores a document that must not exist. */
  public synchronized Item add(Key key, Write write) {
    requireStorable(key, write.value().length);
    if (document(key) != null) {
      throw StatusException.of(Status.KEY_EEXISTS);
    }
    return overwrite(key, null, write);
  }

  /** Stores a document that must exist. */
  public synchronized Item replace(Key key, Write write) {
    requireStorable(key, write.value().length);
    return overwrite(key, requireWritable(require(document(key)), write.cas()), write);
  }

  /** Where {@link #concatenate} puts the new bytes. */
  public enum End {
    FRONT,
    BACK
  }

  /**
   * Adds bytes to a body.
   *
   * @throws StatusException {@link Status#NOT_STORED} if the document is missing
   */
  public synchronized Item concatenate(
      Key key, byte[] bytes, End end, long cas, Durability durability) {
    requireStorable(key, bytes.length);
    Item existing = document(key);
    if (existing == null) {
      throw StatusException.of(Status.NOT_STORED);
    }
    requireWritable(existing, cas);
    return put(Change.concatenating(existing, bytes, end), key, existing, durability);
  }

  /** A counter's new version and its value, unsigned. */
  public record Counted(Item item, long value) {}

  /**
   * Moves a counter, a decimal number as text. Incrementing wraps at 2^64, decrementing stops at 0.
   *
   * @throws StatusException {@link Status#DELTA_BADVAL} if the document is not a number
   */
  public synchronized Counted count(Key key, Counter counter, long cas, Durability durability) {
    requireStorable(key, 0);
    Item existing = document(key);
    if (existing == null) {
      if (!counter.creates() || cas != 0) {
        throw StatusException.of(Status.KEY_ENOENT);
      }
      int expiry = absoluteExpiry(key, counter.expiry());
      Change change = Change.newCounter(counter.initial(), expiry);
      return new Counted(put(change, key, store.newest(key), durability), counter.initial());
    }
    requireWritable(existing, cas);
    long next = counter.next(Counter.parse(existing.value(), Change.bodyOffset(existing)));
    return new Counted(put(Change.counting(existing, next), key, existing, durability), next);
  }

  /** Deletes a document; its system attributes stay on the tombstone. */
  public synchronized Item delete(Key key, long cas, Durability durability) {
    requireChangeable(key);
    Item existing = requireWritable(require(document(key)), cas);
    Item tombstone = store.bury(existing, Item.Kind.DELETION, durability);
    listeners.onMutation();
    return tombstone;
  }

  /** Sets the expiry time; a new version only if it changes. */
  public synchronized Item touch(Key key, int expiry) {
    requireChangeable(key);
    Item existing = requireWritable(require(document(key)), 0);
    int absolute = absoluteExpiry(key, expiry);
    if (absolute == existing.expiry()) {
      return existing;
    }
    return put(Change.touching(existing, absolute), key, existing, Durability.NONE);
  }

  /** A locked document and the CAS that unlocks it. */
  public record Locked(Item item, long cas) {}

  /**
   * Locks a document against writes.
   *
   * @param seconds how long; anything outside 1 to 30 means 15
   */
  public synchronized Locked lock(Key key, int seconds) {
    requireChangeable(key);
    Item existing = require(document(key));
    long now = bucket.nowSeconds();
    store.locks().requireUnlocked(existing, now);
    long cas = store.takeCas();
    store.locks().lock(existing, cas, seconds, now);
    return new Locked(existing, cas);
  }

  /** Unlocks a document with the CAS that {@link #lock} gave. */
  public synchronized void unlock(Key key, long cas) {
    requireAccess(key);
    store.locks().unlock(require(document(key)), cas, bucket.nowSeconds());
  }

  /** Decides on a change while the vbucket stands still. */
  @FunctionalInterface
  public interface Update {
    /**
     * Computes the new version.
     *
     * @param existing the newest version, maybe a tombstone, or null
     * @param cas the CAS that the new version will have
     * @param seqno the seqno that the new version will have
     * @return the new version, or null to change nothing
     * @throws StatusException to refuse
     */
    @Nullable Change apply(@Nullable Item existing, long cas, long seqno);
  }

  /**
   * Applies {@code update} atomically.
   *
   * @param cas what a document must have, or 0; with a tombstone or nothing it is not compared,
   *     which is up to {@code update}
   * @return the new version, or the newest one there is (maybe null) if nothing was changed
   */
  public synchronized @Nullable Item update(
      Key key, long cas, Durability durability, Update update) {
    requireChangeable(key);
    Item document = document(key);
    Item existing = document != null ? requireWritable(document, cas) : store.newest(key);
    long newCas = store.nextCas();
    Change change = update.apply(existing, newCas, store.history().nextSeqno(durability));
    if (change == null) {
      return existing;
    }
    if (change.value().length > Limits.BODY + Limits.XATTRS) {
      throw StatusException.of(Status.E2BIG);
    }
    if (change.kind() == Item.Kind.DOCUMENT) {
      bucket.memory().requireRoom(key.length() + change.value().length);
    }
    Item item = store.put(change, key, existing, newCas, durability);
    listeners.onMutation();
    return item;
  }

  /** The absolute expiry time for a request's {@code expiry} in the collection of {@code key}. */
  public int absoluteExpiry(Key key, int expiry) {
    return ExpiryTimes.absolute(
        expiry, role.manifest().maxTtlSeconds(key.collection()), bucket.nowSeconds());
  }

  /** The time that a tombstone made now carries. */
  public int tombstoneTime() {
    return (int) bucket.nowSeconds();
  }

  private Item overwrite(Key key, @Nullable Item existing, Write write) {
    int expiry =
        existing != null && write.expiryRule() == Write.ExpiryRule.PRESERVE
            ? existing.expiry()
            : absoluteExpiry(key, write.expiry());
    Item previous = existing != null ? existing : store.newest(key);
    return put(Change.overwriting(existing, write, expiry), key, previous, write.durability());
  }

  /** The document of {@code key}, or null; one that has expired becomes a tombstone here. */
  private @Nullable Item document(Key key) {
    store.pending().requireDecided(key);
    Item item = store.newest(key);
    if (item == null || item.isDeleted()) {
      return null;
    }
    if (store.isExpired(item)) {
      if (store.expire(item)) {
        listeners.onMutation();
      }
      return null;
    }
    return item;
  }

  private Item put(Change change, Key key, @Nullable Item previous, Durability durability) {
    Item item = store.put(change, key, previous, store.nextCas(), durability);
    listeners.onMutation();
    return item;
  }

  private void requireAccess(Key key) {
    requireAccess(key, VBucketState.ACTIVE);
  }

  private void requireAccess(Key key, VBucketState required) {
    if (role.state() != required) {
      throw StatusException.of(Status.NOT_MY_VBUCKET);
    }
    if (!role.manifest().contains(key.collection())) {
      throw StatusException.of(Status.UNKNOWN_COLLECTION);
    }
  }

  /** Access, and no durable write of the key under way. */
  private void requireChangeable(Key key) {
    requireAccess(key);
    store.pending().requireNone(key);
  }

  /** As above, and room for a value of {@code length} bytes. */
  private void requireStorable(Key key, int length) {
    requireChangeable(key);
    bucket.memory().requireRoom(key.length() + length);
  }

  private static Item require(@Nullable Item item) {
    if (item == null) {
      throw StatusException.of(Status.KEY_ENOENT);
    }
    return item;
  }

  private Item requireWritable(Item existing, long cas) {
    store.locks().requireWritable(existing, cas, bucket);
    return existing;
  }

  // History.

  /**
   * What a stream request, an observer or a statistic needs to know at one instant.
   *
   * @param memoryFloor streams that start below it are told that they are served from disk
   * @param maxCas the highest CAS given out
   * @param documents that can be read
   */
  public record Position(
      FailoverLog failoverLog,
      long highSeqno,
      long persistedSeqno,
      long purgeSeqno,
      long memoryFloor,
      long maxCas,
      int documents) {}

  /** Where this vbucket is now. */
  public synchronized Position position() {
    History history = store.history();
    return new Position(
        history.failoverLog(),
        history.highSeqno(),
        history.persistedSeqno(),
        history.purgeSeqno(),
        history.memoryFloor(),
        store.maxCas(),
        store.documents());
  }

  /** How many versions are kept only for open snapshots or for a crash. */
  synchronized int retainedVersions() {
    return store.history().retained();
  }

  /** How much of the history a reader asks for. */
  public enum View {
    /** All collections and system events. */
    EVERYTHING,
    /** As if there were no other collection: what a client sees that knows of none. */
    DEFAULT_COLLECTION
  }

  /**
   * Opens a snapshot of what came after {@code seqno}, or returns null if nothing did. It ends at
   * the newest seqno in the view, and may contain items outside of it.
   */
  public synchronized @Nullable Snapshot snapshotAfter(long seqno, View view) {
    long end = highSeqno(view);
    return end > seqno
        ? new Snapshot(this, store.history(), store.history().open(seqno, end))
        : null;
  }

  /** The newest seqno, which may stand for a prepare that is not seen. */
  public synchronized long highSeqno() {
    return store.history().highSeqno();
  }

  /** The newest seqno of an item in {@code view}. */
  public synchronized long highSeqno(View view) {
    return view == View.EVERYTHING
        ? store.history().visibleSeqno()
        : store.collectionSeqnos().of(0);
  }

  /** The newest seqno of a collection, 0 if it has none here. */
  public synchronized long highSeqno(int collection) {
    return store.collectionSeqnos().of(collection);
  }

  /**
   * Decides on {@code admission} while the vbucket stands still, and adds the listener that it
   * returns, if it returns one: nothing can happen between the decision and the listening.
   */
  public synchronized <L extends MutationListener> @Nullable L follow(
      Function<Position, @Nullable L> admission) {
    L listener = admission.apply(position());
    if (listener != null) {
      listeners.add(listener);
    }
    return listener;
  }

  /** The opposite of {@link #follow}; harmless if the listener is not there. */
  public synchronized void unfollow(MutationListener listener) {
    listeners.remove(listener);
  }

  // Replication.

  /** Where this replica is, or null if it is none. */
  synchronized @Nullable ReplicaPosition replicaPosition() {
    return role.replicaPosition();
  }

  /** What is kept for everybody if the vbucket goes on with this copy. */
  public synchronized Standing standing() {
    return role.standing();
  }

  /** As {@link CopyRole#rangeAfter}. */
  synchronized @Nullable HistoryRange rangeAfter(ReplicaPosition replica) {
    return role.rangeAfter(this, replica);
  }

  /** As {@link CopyRole#receive(HistoryRange)}. */
  synchronized int receive(HistoryRange range) {
    return role.receive(range);
  }

  /** As {@link CopyRole#canStartOver}. */
  synchronized boolean canStartOver() {
    return role.canStartOver();
  }

  /** As {@link CopyRole#startOver}. */
  synchronized void startOver(HistoryRange range, List<Item> items) {
    role.startOver(range, items);
  }

  /** As {@link CopyRole#receive(int, List, HistoryRange)}. */
  synchronized boolean receive(int number, List<Item> items, @Nullable HistoryRange completed) {
    return role.receive(number, items, completed);
  }

  /** A replica is at {@code position}, as far as it is on the branch that is written here. */
  synchronized void acknowledge(VBucket replica, ReplicaPosition position) {
    role.acknowledge(replica, position);
  }

  /**
   * Counts on these replicas from now on, and on no others. If they are too few for the durable
   * writes that wait, these are given up, except those that may have been seen committed: they wait
   * for more replicas.
   */
  public synchronized void replicateTo(List<VBucket> replicas) {
    role.replicateTo(replicas);
  }

  /**
   * From now on, until {@link #replicateTo}, what is acknowledged is also at a majority of the
   * copies that there will be.
   *
   * @param next the replicas that there will be, this copy maybe among them; the active one is
   *     expected to take over with everything
   */
  public synchronized void prepareFor(List<VBucket> next) {
    role.prepareFor(this, next);
  }

  // Life.

  /** Stops serving clients; streams end, and nobody knows what becomes of pending writes. */
  public synchronized void deactivate() {
    role.deactivate();
  }

  /**
   * Stops serving clients in favour of another copy, which goes on where this one ends: streams
   * end, and pending writes are the other's. Until this copy becomes something else, the other may
   * take what it lacks from here.
   */
  public synchronized void handOver() {
    role.handOver();
  }

  /** Serves nobody, follows nobody, and has nothing. */
  public synchronized void discard() {
    role.discard();
  }

  /** Follows another copy from now on. */
  public synchronized void becomeReplica() {
    role.becomeReplica();
  }

  /** How a copy comes to serve clients. */
  public enum Succession {
    /** The one before is gone, and may have had more: on a new branch of the history. */
    FAILOVER,
    /** The one before has {@linkplain VBucket#handOver handed over}: on the same branch. */
    TAKEOVER
  }

  /** Serves clients again, on a new branch of the history that begins where the old one ended. */
  public void activate() {
    activate(Succession.FAILOVER);
  }

  /** Serves clients from now on; nothing happens if it does already. */
  public void activate(Succession succession) {
    synchronized (bucket.collections()) {
      activateNow(succession);
    }
  }

  private synchronized void activateNow(Succession succession) {
    role.activate(succession);
  }

  synchronized void remove() {
    role.remove();
  }

  synchronized void pausePersistence() {
    role.pausePersistence();
  }

  synchronized void resumePersistence() {
    role.resumePersistence();
  }

  /** Persists what is there now, and no more. */
  synchronized void flush() {
    role.flush();
  }

  /**
   * Gives up a durable write that has waited for too long; its client is told that the outcome is
   * ambiguous. Nothing happens if it did not wait any more, or is committed anew: somebody may have
   * seen it.
   *
   * @param prepared what the write returned
   */
  public synchronized void abort(Item prepared) {
    role.abort(prepared);
  }

  synchronized void keepTail(long seqnos) {
    store.history().keepTail(seqnos);
  }

  /** Goes back to what survives {@code loss}; the caller holds the collections' monitor. */
  synchronized void crash(Loss loss) {
    role.crash(loss.tailOf(id));
  }

  synchronized int expire() {
    int expired = role.isActive() ? store.expire() : 0;
    if (expired > 0) {
      listeners.onMutation();
    }
    return expired;
  }

  synchronized int purge(long madeUntilSeconds) {
    return store.purge(madeUntilSeconds);
  }

  /** Sees a change of the manifest, which is {@code after} from then on. */
  synchronized void apply(ManifestChange change, CollectionsManifest after) {
    role.apply(change, after);
  }
}
