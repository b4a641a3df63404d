package io.channelindex.embedded.engine;

import io.channelindex.embedded.json.JsonValidator;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.subdoc.XattrSection;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One hash partition of a bucket: its documents and their history.
 *
 * <p>Thread-safe: every operation takes this vbucket's own lock for its whole, short duration, and
 * is atomic. Operations that refuse throw {@link StatusException}; a missing document is null where
 * the method says so and {@link Status#KEY_ENOENT} elsewhere. A document whose expiry time has
 * passed is missing: whoever meets it first turns it into a tombstone.
 *
 * <p>Streams read the history through {@link Snapshot}s and hear of news through {@link
 * MutationListener}s.
 */
public final class VBucket {
  /** Longest relative expiry time; anything above is a Unix time. */
  private static final long MAX_RELATIVE_EXPIRY_SECONDS = 30L * 24 * 60 * 60;

  private static final int MAX_LOCK_SECONDS = 30;
  private static final int DEFAULT_LOCK_SECONDS = 15;

  private final int id;
  private final Bucket bucket;
  private final VersionStore store;
  private volatile CollectionsManifest manifest = CollectionsManifest.initial();
  private volatile VBucketState state = VBucketState.ACTIVE;
  private volatile long vbuuid;
  private MutationListener[] listeners = new MutationListener[0];

  VBucket(int id, Bucket bucket) {
    this.id = id;
    this.bucket = bucket;
    this.store = new VersionStore(bucket);
    this.vbuuid = store.history().failoverLog().vbuuid();
  }

  public int id() {
    return id;
  }

  public VBucketState state() {
    return state;
  }

  /**
   * The identity of the branch that is being written. Read before a mutation, it never names a
   * younger branch than the mutation's.
   */
  public long vbuuid() {
    return vbuuid;
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
    return document != null ? document : store.newest(key);
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
    requireAccess(key);
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
    requireAccess(key);
    if (document(key) != null) {
      throw StatusException.of(Status.KEY_EEXISTS);
    }
    return overwrite(key, null, write);
  }

  /** Stores a document that must exist. */
  public synchronized Item replace(Key key, Write write) {
    requireAccess(key);
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
    requireAccess(key);
    Item existing = document(key);
    if (existing == null) {
      throw StatusException.of(Status.NOT_STORED);
    }
    requireWritable(existing, cas);
    byte[] old = existing.value();
    int bodyOffset = bodyOffset(existing);
    if ((long) old.length - bodyOffset + bytes.length > Limits.BODY) {
      throw StatusException.of(Status.E2BIG);
    }
    int insertAt = end == End.BACK ? old.length : bodyOffset;
    byte[] value = Arrays.copyOf(old, old.length + bytes.length);
    System.arraycopy(bytes, 0, value, insertAt, bytes.length);
    System.arraycopy(old, insertAt, value, insertAt + bytes.length, old.length - insertAt);
    return replaceBody(key, existing, value, bodyOffset, durability);
  }

  /** A counter's new version and its value, unsigned. */
  public record Counted(Item item, long value) {}

  /**
   * Moves a counter, a decimal number as text. Incrementing wraps at 2^64, decrementing stops at 0.
   *
   * @throws StatusException {@link Status#DELTA_BADVAL} if the document is not a number
   */
  public synchronized Counted count(Key key, Counter counter, long cas, Durability durability) {
    requireAccess(key);
    Item existing = document(key);
    if (existing == null) {
      if (!counter.creates() || cas != 0) {
        throw StatusException.of(Status.KEY_ENOENT);
      }
      int expiry = absoluteExpiry(key, counter.expiry());
      byte[] text = Counter.format(counter.initial());
      Change change = new Change(Item.Kind.DOCUMENT, text, Datatype.JSON, 0, expiry);
      return new Counted(put(change, key, store.newest(key), durability), counter.initial());
    }
    requireWritable(existing, cas);
    int bodyOffset = bodyOffset(existing);
    long next = counter.next(Counter.parse(existing.value(), bodyOffset));
    byte[] text = Counter.format(next);
    byte[] value = Arrays.copyOf(existing.value(), bodyOffset + text.length);
    System.arraycopy(text, 0, value, bodyOffset, text.length);
    return new Counted(replaceBody(key, existing, value, bodyOffset, durability), next);
  }

  /** Deletes a document; its system attributes stay on the tombstone. */
  public synchronized Item delete(Key key, long cas, Durability durability) {
    requireAccess(key);
    Item existing = requireWritable(require(document(key)), cas);
    Item tombstone = store.bury(existing, Item.Kind.DELETION, durability);
    notifyListeners();
    return tombstone;
  }

  /** Sets the expiry time; a new version only if it changes. */
  public synchronized Item touch(Key key, int expiry) {
    requireAccess(key);
    Item existing = requireWritable(require(document(key)), 0);
    int absolute = absoluteExpiry(key, expiry);
    if (absolute == existing.expiry()) {
      return existing;
    }
    Change change =
        new Change(
            Item.Kind.DOCUMENT, existing.value(), existing.datatype(), existing.flags(), absolute);
    return put(change, key, existing, Durability.NONE);
  }

  /** A locked document and the CAS that unlocks it. */
  public record Locked(Item item, long cas) {}

  /**
   * Locks a document against writes.
   *
   * @param seconds how long; anything outside 1 to 30 means 15
   */
  public synchronized Locked lock(Key key, int seconds) {
    requireAccess(key);
    Item existing = require(document(key));
    long now = bucket.nowSeconds();
    if (store.locks().isLocked(existing, now)) {
      throw StatusException.of(Status.LOCKED);
    }
    int duration = seconds <= 0 || seconds > MAX_LOCK_SECONDS ? DEFAULT_LOCK_SECONDS : seconds;
    long cas = store.takeCas();
    store.locks().lock(existing, cas, now + duration);
    return new Locked(existing, cas);
  }

  /** Unlocks a document with the CAS that {@link #lock} gave. */
  public synchronized void unlock(Key key, long cas) {
    requireAccess(key);
    Item existing = require(document(key));
    long now = bucket.nowSeconds();
    if (!store.locks().isLocked(existing, now)) {
      throw StatusException.of(Status.NOT_LOCKED);
    }
    if (!store.locks().opens(existing, cas, now)) {
      throw StatusException.of(Status.LOCKED);
    }
    store.locks().release(existing);
  }

  /**
   * A new version of a document, but for its place in the history.
   *
   * @param value attribute section (if the datatype says so) and body
   * @param datatype bits of {@link Datatype}, never snappy
   * @param expiry absolute, in Unix seconds; of a tombstone the time it was made
   */
  // Bytes on their way through, handed over and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Change(Item.Kind kind, byte[] value, int datatype, int flags, int expiry) {}

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
    requireAccess(key);
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
    Item item = store.put(change, key, existing, newCas, durability);
    notifyListeners();
    return item;
  }

  /** The absolute expiry time for a request's {@code expiry} in the collection of {@code key}. */
  public int absoluteExpiry(Key key, int expiry) {
    long requested = Integer.toUnsignedLong(expiry);
    int maxTtl = manifest.maxTtlSeconds(key.collection());
    if (requested == 0 && maxTtl == 0) {
      return 0;
    }
    long now = bucket.nowSeconds();
    long absolute =
        requested == 0 || requested > MAX_RELATIVE_EXPIRY_SECONDS ? requested : now + requested;
    if (maxTtl > 0 && (absolute == 0 || absolute > now + maxTtl)) {
      absolute = now + maxTtl;
    }
    return (int) absolute;
  }

  /** The time that a tombstone made now carries. */
  public int tombstoneTime() {
    return (int) bucket.nowSeconds();
  }

  private Item overwrite(Key key, @Nullable Item existing, Write write) {
    byte[] value = write.value();
    int datatype = write.datatype();
    if (existing != null && Datatype.isXattr(existing.datatype()) && !Datatype.isXattr(datatype)) {
      value = XattrSection.withBody(existing.value(), value);
      datatype |= Datatype.XATTR;
    }
    int expiry =
        existing != null && write.expiryRule() == Write.ExpiryRule.PRESERVE
            ? existing.expiry()
            : absoluteExpiry(key, write.expiry());
    Item previous = existing != null ? existing : store.newest(key);
    return put(
        new Change(Item.Kind.DOCUMENT, value, datatype, write.flags(), expiry),
        key,
        previous,
        write.durability());
  }

  /** Stores a body that the node itself made, with the attributes in front of it. */
  private Item replaceBody(
      Key key, Item existing, byte[] value, int bodyOffset, Durability durability) {
    boolean json = JsonValidator.isJson(value, bodyOffset, value.length - bodyOffset);
    int datatype = (existing.datatype() & ~Datatype.JSON) | (json ? Datatype.JSON : Datatype.RAW);
    return put(
        new Change(Item.Kind.DOCUMENT, value, datatype, existing.flags(), existing.expiry()),
        key,
        existing,
        durability);
  }

  /** The document of {@code key}, or null; one that has expired becomes a tombstone here. */
  private @Nullable Item document(Key key) {
    Item item = store.newest(key);
    if (item == null || item.isDeleted()) {
      return null;
    }
    if (store.isExpired(item)) {
      store.bury(item, Item.Kind.EXPIRATION, Durability.NONE);
      notifyListeners();
      return null;
    }
    return item;
  }

  private Item put(Change change, Key key, @Nullable Item previous, Durability durability) {
    Item item = store.put(change, key, previous, store.nextCas(), durability);
    notifyListeners();
    return item;
  }

  private void requireAccess(Key key) {
    if (state != VBucketState.ACTIVE) {
      throw StatusException.of(Status.NOT_MY_VBUCKET);
    }
    if (!manifest.contains(key.collection())) {
      throw StatusException.of(Status.UNKNOWN_COLLECTION);
    }
  }

  private static Item require(@Nullable Item item) {
    if (item == null) {
      throw StatusException.of(Status.KEY_ENOENT);
    }
    return item;
  }

  private Item requireWritable(Item existing, long cas) {
    PessimisticLocks locks = store.locks();
    if (!locks.isEmpty()) {
      long now = bucket.nowSeconds();
      if (locks.isLocked(existing, now)) {
        if (!locks.opens(existing, cas, now)) {
          throw StatusException.of(Status.LOCKED);
        }
        return existing;
      }
    }
    if (cas != 0 && cas != existing.cas()) {
      throw StatusException.of(Status.KEY_EEXISTS);
    }
    return existing;
  }

  private static int bodyOffset(Item item) {
    return Datatype.isXattr(item.datatype()) ? XattrSection.bodyOffset(item.value()) : 0;
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

  /**
   * A consistent view of a range of the history: every key at most once, at the version it had when
   * the snapshot was opened. One reader at a time; it must be closed, since it keeps old versions
   * alive.
   */
  public final class Snapshot implements AutoCloseable {
    private final History.Cursor cursor;

    private Snapshot(History.Cursor cursor) {
      this.cursor = cursor;
    }

    /** The last seqno of the snapshot. */
    public long end() {
      return cursor.until();
    }

    /** Hands the next items to {@code consumer}, which must not call the vbucket. */
    public void read(int maxItems, long maxBytes, Consumer<Item> consumer) {
      synchronized (VBucket.this) {
        store.history().read(cursor, maxItems, maxBytes, consumer);
      }
    }

    /** Whether everything was read. */
    public boolean isExhausted() {
      return cursor.isExhausted();
    }

    @Override
    public void close() {
      synchronized (VBucket.this) {
        store.history().close(cursor);
      }
    }
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
    return end > seqno ? new Snapshot(store.history().open(seqno, end)) : null;
  }

  /** The newest seqno in {@code view}. */
  public synchronized long highSeqno(View view) {
    return view == View.EVERYTHING ? store.history().highSeqno() : store.collectionSeqnos().of(0);
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
      MutationListener[] more = Arrays.copyOf(listeners, listeners.length + 1);
      more[listeners.length] = listener;
      listeners = more;
    }
    return listener;
  }

  /** The opposite of {@link #follow}; harmless if the listener is not there. */
  public synchronized void unfollow(MutationListener listener) {
    listeners =
        Arrays.stream(listeners)
            .filter(other -> other != listener)
            .toArray(MutationListener[]::new);
  }

  private void notifyListeners() {
    for (MutationListener listener : listeners) {
      listener.onMutation();
    }
  }

  private void closeListeners(MutationListener.CloseReason reason) {
    MutationListener[] closed = listeners;
    listeners = new MutationListener[0];
    for (MutationListener listener : closed) {
      listener.onClosed(reason);
    }
  }

  // Life.

  /** Stops serving clients; streams end. */
  public synchronized void deactivate() {
    state = VBucketState.DEAD;
    closeListeners(MutationListener.CloseReason.STATE_CHANGED);
  }

  /** Serves clients again, on a new branch of the history that begins where the old one ended. */
  public synchronized void activate() {
    if (state != VBucketState.ACTIVE) {
      vbuuid = store.history().branch();
      state = VBucketState.ACTIVE;
    }
  }

  synchronized void remove() {
    state = VBucketState.DEAD;
    closeListeners(MutationListener.CloseReason.BUCKET_REMOVED);
  }

  synchronized void pausePersistence() {
    store.history().pausePersistence();
  }

  synchronized void resumePersistence() {
    store.history().resumePersistence();
  }

  synchronized void keepTail(long seqnos) {
    store.history().keepTail(seqnos);
  }

  /**
   * Goes back to what survives {@code loss}.
   *
   * @param manifestChanges all there ever were: those that are lost happen again
   */
  synchronized void crash(Loss loss, List<ManifestChange> manifestChanges) {
    store.crash(loss.tailOf(id));
    vbuuid = store.history().failoverLog().vbuuid();
    long known = store.manifestUid();
    for (ManifestChange change : manifestChanges) {
      if (change.manifestUid() > known) {
        append(change);
      }
    }
    closeListeners(MutationListener.CloseReason.CRASHED);
  }

  synchronized int expire() {
    int expired = store.expire();
    if (expired > 0) {
      notifyListeners();
    }
    return expired;
  }

  synchronized int purge(long madeUntilSeconds) {
    return store.purge(madeUntilSeconds);
  }

  /** Sees a change of the manifest, which is {@code after} from then on. */
  synchronized void apply(ManifestChange change, CollectionsManifest after) {
    manifest = after;
    append(change);
    notifyListeners();
  }

  private void append(ManifestChange change) {
    if (change.type() == SystemEvent.Type.DROP_COLLECTION) {
      store.eraseCollection(change.collection());
    }
    store.appendSystemEvent(change);
  }
}
