package io.channelindex.embedded.engine;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a copy of a vbucket is (active, a replica, dead), how it comes to be something else, and
 * what passes between it and the other copies. Not thread-safe: its vbucket's lock guards it, but
 * for what readers may see at any time.
 */
final class CopyRole {
  private final Bucket bucket;
  private final VersionStore store;
  private final MutationListeners listeners;
  private final Reception reception = new Reception();
  private volatile CollectionsManifest manifest = CollectionsManifest.initial();
  private volatile VBucketState state;
  private volatile long vbuuid;
  private volatile boolean durable;

  /** Whether another copy goes on where this one has ended. */
  private boolean handingOver;

  CopyRole(Bucket bucket, VersionStore store, MutationListeners listeners, VBucketState state) {
    this.bucket = bucket;
    this.store = store;
    this.listeners = listeners;
    this.state = state;
    this.durable = store.chain().hasMajority();
    this.vbuuid = store.history().failoverLog().vbuuid();
  }

  // What readers may see at any time.

  VBucketState state() {
    return state;
  }

  boolean isActive() {
    return state == VBucketState.ACTIVE;
  }

  long vbuuid() {
    return vbuuid;
  }

  boolean isDurable() {
    return durable;
  }

  /** The manifest as of this copy's history. */
  CollectionsManifest manifest() {
    return manifest;
  }

  // As a replica.

  /** Where this replica is, or null if it is none. */
  @Nullable ReplicaPosition replicaPosition() {
    if (state != VBucketState.REPLICA) {
      return null;
    }
    History history = store.history();
    long received = reception.received();
    long persisted =
        history.isPersistencePaused() ? Math.min(reception.persisted(), received) : received;
    return new ReplicaPosition(
        reception.position(history.failoverLog().vbuuid(), history.highSeqno()),
        received,
        persisted);
  }

  /** What is kept for everybody if the vbucket goes on with this copy. */
  Standing standing() {
    History history = store.history();
    long kept = isActive() ? history.highSeqno() : reception.received();
    return new Standing(history.failoverLog().upTo(kept), kept);
  }

  /**
   * A range begins to arrive.
   *
   * @return its number, or 0 if it is not what this copy is waiting for
   */
  int receive(HistoryRange range) {
    History history = store.history();
    if (state != VBucketState.REPLICA || range.from() != history.highSeqno()) {
      return 0;
    }
    if (range.from() == 0) {
      reception.restart();
      history.purged(range.purgeSeqno());
    }
    history.adopt(range.failoverLog());
    vbuuid = range.failoverLog().vbuuid();
    return reception.begin(range.end());
  }

  /**
   * The next items of a range.
   *
   * @param number from {@link #receive(HistoryRange)}
   * @param completed the range, if it ends with these
   * @return false if the range was overtaken by events, and nothing was taken
   */
  boolean receive(int number, List<Item> items, @Nullable HistoryRange completed) {
    if (!reception.isCurrent(number)) {
      return false;
    }
    for (Item item : items) {
      store.receive(item);
      if (item instanceof SystemEvent event) {
        manifest = bucket.collections().manifest(event.manifestUid());
      }
    }
    if (completed != null) {
      store.complete(completed);
      reception.complete(completed.end());
    }
    return true;
  }

  /** Whether this is a replica, and its disk can go back: one that stands still cannot. */
  boolean canStartOver() {
    return state == VBucketState.REPLICA
        && (!store.history().isPersistencePaused() || bucket.isPersistenceSlow());
  }

  /**
   * A whole history arrives in the place of what this replica has, of which not all is part of it;
   * does nothing if it {@linkplain #canStartOver cannot start over}. A slow disk has either the one
   * or the other, too.
   *
   * @param items all of {@code range}
   */
  void startOver(HistoryRange range, List<Item> items) {
    if (canStartOver()) {
      store.startOver();
      manifest = CollectionsManifest.initial();
      receive(receive(range), items, range);
      if (bucket.isPersistenceSlow()) {
        flush();
      }
    }
  }

  // As the active copy.

  /**
   * What a replica at {@code replica} is behind of, or null if it is not, or this copy is not one
   * to follow: it has to be active, or {@linkplain #handOver handing over}.
   */
  @Nullable HistoryRange rangeAfter(VBucket here, ReplicaPosition replica) {
    if (!isActive() && !handingOver) {
      return null;
    }
    History history = store.history();
    FailoverLog log = history.failoverLog();
    long high = history.highSeqno();
    FailoverLog.Position from = replica.from();
    OptionalLong back =
        log.rollback(from, high, history.purgeSeqno(), FailoverLog.UuidMatch.LENIENT_AT_ZERO);
    long start = back.isPresent() ? 0 : from.seqno();
    if (start == from.seqno() && replica.received() == high && from.vbuuid() == log.vbuuid()) {
      return null;
    }
    Snapshot items = new Snapshot(here, history, history.open(start, high));
    return new HistoryRange(start, items, store.pending().unattended(), log, history.purgeSeqno());
  }

  /** A replica is at {@code position}, as far as it is on the branch that is written here. */
  void acknowledge(VBucket replica, ReplicaPosition position) {
    if (isActive() && position.from().vbuuid() == vbuuid) {
      store.chain().acknowledge(replica, position.received(), position.persisted());
      commitPending();
    }
  }

  /**
   * Counts on these replicas from now on, and on no others. If they are too few for the durable
   * writes that wait, these are given up, except those that may have been seen committed: they wait
   * for more replicas.
   */
  void replicateTo(List<VBucket> replicas) {
    store.chain().follow(replicas);
    durable = store.chain().hasMajority();
    if (isActive()) {
      if (!durable) {
        store.abortUndecided(item -> true);
      }
      commitPending();
      listeners.onMutation();
    }
  }

  /**
   * From now on, until {@link #replicateTo}, what is acknowledged is also at a majority of the
   * copies that there will be.
   *
   * @param next the replicas that there will be, this copy maybe among them
   */
  void prepareFor(VBucket here, List<VBucket> next) {
    store.chain().foresee(here, next);
    if (isActive()) {
      commitPending();
      listeners.onMutation();
    }
  }

  /**
   * Gives up a durable write that has waited for too long; its client is told that the outcome is
   * ambiguous. Nothing happens if it did not wait any more, or is committed anew: somebody may have
   * seen it.
   *
   * @param prepared what the write returned
   */
  void abort(Item prepared) {
    if (isActive()) {
      store.abortUndecided(item -> item == prepared);
      commitPending();
      listeners.onMutation();
    }
  }

  private void commitPending() {
    if (store.commitPending() > 0) {
      listeners.onMutation();
    }
  }

  /** Sees a change of the manifest, which is {@code after} from then on. */
  void apply(ManifestChange change, CollectionsManifest after) {
    // Who becomes active later catches up; replicas are told by the active copy.
    if (isActive()) {
      manifest = after;
      append(change);
      listeners.onMutation();
    }
  }

  private void append(ManifestChange change) {
    if (change.type() == SystemEvent.Type.DROP_COLLECTION) {
      store.abortPending(item -> item.collection() == change.collection());
      store.eraseCollection(change.collection());
    }
    store.appendSystemEvent(change);
  }

  // Life.

  /** Stops serving clients; streams end, and nobody knows what becomes of pending writes. */
  void deactivate() {
    become(VBucketState.DEAD);
    reception.stop();
    store.abortPending(item -> true);
    listeners.close(MutationListener.CloseReason.STATE_CHANGED);
  }

  private void become(VBucketState next) {
    state = next;
    handingOver = false;
  }

  /**
   * Stops serving clients in favour of another copy, which goes on where this one ends: streams
   * end, and pending writes are the other's. Until this copy becomes something else, the other may
   * take what it lacks from here.
   */
  void handOver() {
    become(VBucketState.DEAD);
    handingOver = true;
    store.pending().leave();
    listeners.close(MutationListener.CloseReason.STATE_CHANGED);
  }

  /** Serves nobody, follows nobody, and has nothing. */
  void discard() {
    if (state != VBucketState.DEAD || handingOver || store.history().highSeqno() > 0) {
      deactivate();
      store.startOver();
      reception.restart();
    }
  }

  /** Follows another copy from now on. */
  void becomeReplica() {
    if (state != VBucketState.REPLICA) {
      store.pending().leave();
      store.locks().clear();
      reception.resumeAt(store.history().highSeqno(), store.history().persistedSeqno());
      become(VBucketState.REPLICA);
      listeners.close(MutationListener.CloseReason.STATE_CHANGED);
    }
  }

  /** Serves clients from now on; the caller holds the collections' monitor. */
  void activate(VBucket.Succession succession) {
    if (isActive()) {
      return;
    }
    History history = store.history();
    if (succession == VBucket.Succession.FAILOVER) {
      history.branch(state == VBucketState.REPLICA ? reception.received() : history.highSeqno());
    }
    vbuuid = history.failoverLog().vbuuid();
    reception.stop();
    store.chain().forgetAcknowledgements();
    store.dropDecidedPending();
    become(VBucketState.ACTIVE);
    catchUpWithCollections();
    commitPending();
    listeners.onMutation();
  }

  private void catchUpWithCollections() {
    long known = store.manifestUid();
    for (ManifestChange change : bucket.collections().changes()) {
      if (change.manifestUid() > known) {
        append(change);
      }
    }
    manifest = bucket.manifest();
  }

  void remove() {
    become(VBucketState.DEAD);
    reception.stop();
    store.abortPending(item -> true);
    listeners.close(MutationListener.CloseReason.BUCKET_REMOVED);
  }

  /** Does nothing if it is paused already: what is on disk stays what was there then. */
  void pausePersistence() {
    if (!store.history().isPersistencePaused()) {
      store.history().pausePersistence();
      reception.pausePersistence();
    }
  }

  void resumePersistence() {
    store.history().resumePersistence();
    store.pending().persisted();
    if (isActive()) {
      commitPending();
    }
    listeners.onMutation();
  }

  /** Persists what is there now, and no more. */
  void flush() {
    resumePersistence();
    pausePersistence();
  }

  /** Goes back to what survives {@code loss}; the caller holds the collections' monitor. */
  void crash(OptionalLong loss) {
    History history = store.history();
    if (state == VBucketState.REPLICA) {
      reception.goBack(
          history.isPersistencePaused() ? reception.persisted() : reception.received());
      store.crash(OptionalLong.empty());
      history.adopt(history.failoverLog().upTo(history.highSeqno()));
      manifest = bucket.collections().manifest(store.manifestUid());
    } else {
      store.crash(loss);
      long whole = reception.wholeAt(history.highSeqno());
      reception.goBack(whole);
      history.branch(whole);
      store.chain().forgetAcknowledgements();
      catchUpWithCollections();
      store.commitPending();
    }
    vbuuid = history.failoverLog().vbuuid();
    listeners.close(MutationListener.CloseReason.CRASHED);
  }
}
