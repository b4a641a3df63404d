package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.subdoc.XattrSection;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one vbucket's documents by key and by seqno, and the only place that adds one.
 * Not thread-safe: its vbucket's lock guards it.
 *
 * <p>CAS values are a hybrid clock: nanoseconds of the wall clock with the low 16 bits cleared,
 * moved on by one where two mutations meet, so that they are unique and increasing within the
 * vbucket whatever the wall clock does.
 */
final class VersionStore {
  private static final long CAS_CLOCK_MASK = ~0xffffL;

  private final Bucket bucket;
  private final ItemTable table = new ItemTable();
  private final History history;
  private final PessimisticLocks locks = new PessimisticLocks();
  private final PendingWrites pending = new PendingWrites();
  private final ReplicationChain chain;
  private final CollectionSeqnos collectionSeqnos = new CollectionSeqnos();
  private final List<SystemEvent> systemEvents = new ArrayList<>();
  private long maxCas;

  /** The highest revision of a tombstone ever: a new key may have had one that was purged. */
  private long maxDeletedRevision;

  private int documents;
  private int expiring;

  VersionStore(Bucket bucket) {
    this.bucket = bucket;
    this.history = new History(bucket::newVbuuid, bucket.memory().used());
    this.chain = new ReplicationChain(1 + bucket.shape().replicas());
  }

  History history() {
    return history;
  }

  PessimisticLocks locks() {
    return locks;
  }

  PendingWrites pending() {
    return pending;
  }

  ReplicationChain chain() {
    return chain;
  }

  /** Documents that can be read, expired ones that nobody met yet among them. */
  int documents() {
    return documents;
  }

  /** Whether any document has an expiry time. */
  boolean hasExpiring() {
    return expiring > 0;
  }

  CollectionSeqnos collectionSeqnos() {
    return collectionSeqnos;
  }

  long maxCas() {
    return maxCas;
  }

  /** The newest version of {@code key}, tombstones included, or null. */
  @Nullable Item newest(Key key) {
    return table.get(key);
  }

  /**
   * As above; a document that has expired is shown as the tombstone that it is going to be, which
   * is not part of the history.
   */
  @Nullable Item newestAsTombstone(Key key) {
    Item item = table.get(key);
    if (item == null || !isExpired(item)) {
      return item;
    }
    Change tombstone = tombstone(item, Item.Kind.EXPIRATION);
    return new Item(
        tombstone.kind(),
        item.collection(),
        item.key(),
        item.hash(),
        tombstone.value(),
        tombstone.datatype(),
        tombstone.flags(),
        tombstone.expiry(),
        item.cas(),
        item.seqno(),
        item.revision());
  }

  /** A document of {@code collection}, found from {@code start} on, or null. */
  @Nullable Item anyDocument(int collection, int start) {
    return table.findFrom(
        start,
        item ->
            item.kind() == Item.Kind.DOCUMENT
                && item.collection() == collection
                && !isExpired(item));
  }

  /** The CAS of the next version: not before the clock, after every CAS given out. */
  long nextCas() {
    long now = bucket.nowNanos() & CAS_CLOCK_MASK;
    return Long.compareUnsigned(now, maxCas) > 0 ? now : maxCas + 1;
  }

  /** Gives out a CAS that belongs to no version. */
  long takeCas() {
    maxCas = nextCas();
    return maxCas;
  }

  /**
   * Adds the next version of {@code key}, with a CAS from {@link #nextCas()}, and returns it. If
   * its durability makes it wait, what is returned {@linkplain Item#isPrepared() says so}.
   */
  Item put(Change change, Key key, @Nullable Item previous, long cas, Durability durability) {
    if (previous != null) {
      return put(change, previous, cas, durability);
    }
    return enter(
        new Item(
            change.kind(),
            key.collection(),
            key.copy(),
            key.hash(),
            change.value(),
            change.datatype(),
            change.flags(),
            change.expiry(),
            cas,
            history.nextSeqno(durability),
            maxDeletedRevision + 1),
        null,
        durability);
  }

  /** Adds the version after {@code previous} and returns it. */
  private Item put(Change change, Item previous, long cas, Durability durability) {
    return enter(
        new Item(
            change.kind(),
            previous.collection(),
            previous.key(),
            previous.hash(),
            change.value(),
            change.datatype(),
            change.flags(),
            change.expiry(),
            cas,
            history.nextSeqno(durability),
            previous.revision() + 1),
        previous,
        durability);
  }

  private Item enter(Item item, @Nullable Item previous, Durability durability) {
    if (!mustWait(durability)) {
      return link(item, previous);
    }
    Item prepared = item.prepared();
    history.skipSeqno();
    maxCas = prepared.cas();
    pending.add(prepared, durability);
    return prepared;
  }

  private boolean mustWait(Durability durability) {
    return durability.isPrepared()
        && (!pending.isEmpty() || !isSatisfied(durability, history.highSeqno() + 1));
  }

  private boolean isSatisfied(Durability durability, long prepare) {
    long persisted = history.isPersistencePaused() ? history.persistedSeqno() : Long.MAX_VALUE;
    return chain.satisfies(durability.level(), prepare, persisted);
  }

  /**
   * Commits pending writes, oldest first, as far as nothing stands in the way; returns how many.
   */
  int commitPending() {
    if (pending.isEmpty()) {
      return 0;
    }
    List<PendingWrites.Pending> committable =
        pending.takeWhile(write -> isSatisfied(write.durability(), write.prepare()));
    for (PendingWrites.Pending write : committable) {
      Item previous = table.find(write.item());
      long revision = previous == null ? maxDeletedRevision + 1 : previous.revision() + 1;
      Item item = link(write.item().at(history.nextSeqno(Durability.NONE), revision), previous);
      if (write.prepare() <= history.persistedSeqno() && history.persistedSeqno() < item.seqno()) {
        pending.halfPersisted(write, item.seqno());
      }
      write.durability().committed();
    }
    return committable.size();
  }

  /** Gives up the pending writes for which {@code condition} holds. */
  void abortPending(Predicate<Item> condition) {
    abort(pending.take(condition));
  }

  /**
   * Gives up the pending writes for which {@code condition} holds, of those that nobody can have
   * seen committed.
   */
  void abortUndecided(Predicate<Item> condition) {
    abort(pending.takeUndecided(condition));
  }

  private void abort(List<PendingWrites.Pending> writes) {
    for (PendingWrites.Pending write : writes) {
      history.skipSeqno();
      write.durability().ambiguous();
    }
  }

  /** Turns a document into a tombstone that keeps its system attributes. */
  Item bury(Item document, Item.Kind kind, Durability durability) {
    return put(tombstone(document, kind), document, nextCas(), durability);
  }

  /**
   * Turns a document whose time has passed into a tombstone. Not while a write of it is pending,
   * which is decided by whether there is a version after its prepare; its commit or the next reader
   * comes later. Source: {@code VBucket::processExpiredItem} of couchbase/kv_engine.
   *
   * @return whether it was done
   */
  boolean expire(Item document) {
    if (pending.containsKeyOf(document)) {
      return false;
    }
    bury(document, Item.Kind.EXPIRATION, Durability.NONE);
    return true;
  }

  private Change tombstone(Item document, Item.Kind kind) {
    byte[] section =
        Datatype.isXattr(document.datatype())
            ? XattrSection.systemAttributes(document.value())
            : Item.noBytes();
    int datatype = section.length == 0 ? Datatype.RAW : Datatype.XATTR;
    int now = (int) bucket.nowSeconds();
    return new Change(kind, section, datatype, 0, now);
  }

  private Item link(Item item, @Nullable Item previous) {
    observeCas(item.cas());
    if (item.isDeleted()) {
      maxDeletedRevision = Math.max(maxDeletedRevision, item.revision());
    }
    table.put(item, previous);
    count(item, 1);
    if (previous != null) {
      count(previous, -1);
      locks.release(previous);
      history.supersede(previous);
    }
    history.append(item);
    collectionSeqnos.advance(item.collection(), item.seqno());
    return item;
  }

  private void observeCas(long cas) {
    if (Long.compareUnsigned(cas, maxCas) > 0) {
      maxCas = cas;
    }
  }

  private void count(Item item, int by) {
    if (item.kind() == Item.Kind.DOCUMENT) {
      documents += by;
      if (item.expiry() != 0) {
        expiring += by;
      }
    }
  }

  boolean isExpired(Item item) {
    return item.kind() == Item.Kind.DOCUMENT
        && item.expiry() != 0
        && Integer.toUnsignedLong(item.expiry()) <= bucket.nowSeconds();
  }

  /** Appends a system event; one that undoes an earlier one takes its place. */
  void appendSystemEvent(ManifestChange change) {
    append(SystemEvent.of(change, takeCas(), history.nextSeqno(Durability.NONE)));
  }

  private void append(SystemEvent event) {
    systemEvents.removeIf(
        earlier -> {
          boolean undone = event.undoes(earlier);
          if (undone) {
            history.supersede(earlier);
          }
          return undone;
        });
    systemEvents.add(event);
    history.append(event);
    advance(event);
  }

  private void advance(SystemEvent event) {
    if (event.isOfCollection()) {
      collectionSeqnos.advance(event.collection(), event.seqno());
    }
  }

  /** The uid of the newest manifest in the history; 0 if it was never changed. */
  long manifestUid() {
    return systemEvents.stream().mapToLong(SystemEvent::manifestUid).max().orElse(0);
  }

  /** Forgets every version of a dropped collection, without tombstones: the event says it all. */
  void eraseCollection(int collection) {
    for (Item item : select(candidate -> candidate.collection() == collection)) {
      forget(item);
    }
  }

  /** Does {@link #expire(Item)} to every document whose time has passed; returns how often. */
  int expire() {
    List<Item> expired = hasExpiring() ? select(this::isExpired) : List.of();
    int buried = 0;
    for (Item item : expired) {
      buried += expire(item) ? 1 : 0;
    }
    return buried;
  }

  /**
   * Forgets tombstones made at or before {@code madeUntil} (Unix seconds), except the newest of
   * each collection: snapshots end there. None while persistence is paused. Returns how many.
   */
  int purge(long madeUntil) {
    if (history.isPersistencePaused()) {
      return 0;
    }
    List<Item> purged =
        select(
            item ->
                item.isDeleted()
                    && Integer.toUnsignedLong(item.expiry()) <= madeUntil
                    && item.seqno() != collectionSeqnos.of(item.collection()));
    for (Item tombstone : purged) {
      forget(tombstone);
      history.purged(tombstone.seqno());
    }
    return purged.size();
  }

  /** Adds a version, or a system event, as another copy of the vbucket has it. */
  void receive(Item original) {
    history.advanceTo(original.seqno() - 1);
    if (original instanceof SystemEvent event) {
      if (event.type() == SystemEvent.Type.DROP_COLLECTION) {
        eraseCollection(event.collection());
      }
      observeCas(event.cas());
      append(event.copy());
    } else {
      link(original.at(original.seqno(), original.revision()), table.find(original));
    }
  }

  /** Everything up to the end of {@code range} is there now. */
  void complete(HistoryRange range) {
    history.advanceTo(range.end());
    for (PendingWrites.Pending before : pending.unattended()) {
      if (before.prepare() <= history.persistedSeqno()
          && history.persistedSeqno() < range.end()
          && range.prepared().stream().noneMatch(still -> still.prepare() == before.prepare())) {
        pending.halfPersisted(before, range.end());
      }
    }
    pending.replaceAll(range.prepared());
    for (PendingWrites.Pending write : range.prepared()) {
      observeCas(write.item().cas());
    }
  }

  /** Forgets everything but the branches of the history, and whether persistence is paused. */
  void startOver() {
    boolean paused = history.isPersistencePaused();
    goBack(0);
    if (paused) {
      history.pausePersistence();
    }
  }

  /**
   * Forgets what was prepared before a version of the same key that is there now: it is decided.
   */
  void dropDecidedPending() {
    pending.take(
        item -> {
          Item newest = table.find(item);
          return newest != null && newest.seqno() >= item.seqno();
        });
  }

  /** Goes back to what survives {@code loss}, on the same branches for the time being. */
  void crash(OptionalLong loss) {
    goBack(history.survivingSeqno(loss));
    dropDecidedPending();
  }

  private void goBack(long surviving) {
    pending.crash(surviving);
    table.clear();
    locks.clear();
    systemEvents.clear();
    collectionSeqnos.clear();
    documents = 0;
    expiring = 0;
    history.goBack(surviving, this::relink);
  }

  private void relink(Item item) {
    if (item instanceof SystemEvent event) {
      systemEvents.add(event);
      advance(event);
      return;
    }
    collectionSeqnos.advance(item.collection(), item.seqno());
    Item previous = table.find(item);
    table.put(item, previous);
    count(item, 1);
    if (previous != null) {
      count(previous, -1);
      history.supersede(previous);
    }
  }

  private void forget(Item item) {
    table.remove(item);
    count(item, -1);
    locks.release(item);
    history.supersede(item);
  }

  private List<Item> select(Predicate<Item> condition) {
    List<Item> selected = new ArrayList<>();
    table.forEach(
        item -> {
          if (condition.test(item)) {
            selected.add(item);
          }
        });
    return selected;
  }
}
