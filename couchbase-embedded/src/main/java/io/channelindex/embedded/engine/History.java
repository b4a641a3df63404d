package io.channelindex.embedded.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What happened in one vbucket: its seqno-ordered log, its branches, what of it is persisted, and
 * the snapshots that are being read. Not thread-safe: its vbucket's lock guards it.
 *
 * <p>The log keeps the newest version of each key. A version that is superseded leaves it at once,
 * unless someone still needs it: an open {@link Cursor} that ends between it and its successor, or
 * a crash, which takes the vbucket back to the persisted state, or to any seqno of its tail where
 * that is kept. Such versions are listed in {@link #retained} and leave with their last user, so
 * without a kept tail at most one old version a key and snapshot is kept. Cursors that end later
 * pass over them.
 */
final class History {
  /** A consistent range of the log that is being read: {@code (position, until]}. */
  static final class Cursor {
    private final long until;
    private long position;
    private boolean broken;

    private Cursor(long position, long until) {
      this.position = position;
      this.until = until;
    }

    long until() {
      return until;
    }

    boolean isExhausted() {
      return position >= until;
    }

    /** Whether the history went back while this was read: what was left of it is not there. */
    boolean isBroken() {
      return broken;
    }

    private boolean needs(Item item, long supersededAt) {
      return position < item.seqno() && item.seqno() <= until && until < supersededAt;
    }
  }

  /** How many of the newest seqnos a real server still has in memory, about. */
  private static final long MEMORY_SEQNOS = 10_000;

  private final LongSupplier vbuuids;
  private final SeqnoLog log;
  private final List<Cursor> cursors = new ArrayList<>();

  /** Versions that are no longer the newest of their key, and the seqno that ended them. */
  private final IdentityHashMap<Item, Long> retained = new IdentityHashMap<>();

  /** The versions among {@link #retained} that a crash would bring back. */
  private final Set<Item> revivable = Collections.newSetFromMap(new IdentityHashMap<>());

  private FailoverLog failoverLog;
  private long highSeqno;

  /** The newest seqno that stands for an item: a prepare or its abort has one, but no item. */
  private long visibleSeqno;

  private long purgeSeqno;

  /** The high seqno when this history was last taken up from disk. */
  private long loadedSeqno;

  /** The persisted seqno while persistence is paused, or -1 while it keeps up. */
  private long pausedAt = -1;

  /** How many of the last seqnos can be lost, persisted or not; 0 for none. */
  private long keptTail;

  /** Nothing that was superseded up to here was kept for {@link #keptTail}. */
  private long keptSince;

  /** Versions that were superseded in the kept tail, by the seqnos that ended them. */
  private final Deque<Item> tail = new ArrayDeque<>();

  /**
   * An empty history.
   *
   * @param memory grows and shrinks with what is kept, in bytes
   */
  History(LongSupplier vbuuids, LongAdder memory) {
    this.vbuuids = vbuuids;
    this.log = new SeqnoLog(memory);
    this.failoverLog = FailoverLog.startingWith(vbuuids.getAsLong());
  }

  /** The seqno of the next item; one more is left out for a prepare. */
  long nextSeqno(Durability durability) {
    return highSeqno + (durability.isPrepared() ? 2 : 1);
  }

  void append(Item item) {
    log.append(item);
    highSeqno = item.seqno();
    visibleSeqno = highSeqno;
    if (!tail.isEmpty()) {
      releaseTail();
    }
  }

  /** The next seqno stands for a prepare or an abort. */
  void skipSeqno() {
    highSeqno++;
  }

  /** What comes next begins after {@code seqno}: a replica's history has gaps. */
  void advanceTo(long seqno) {
    highSeqno = Math.max(highSeqno, seqno);
  }

  /** {@code item} is no longer the newest version of its key once the next seqno is appended. */
  void supersede(Item item) {
    long supersededAt = highSeqno + 1;
    if (item.seqno() <= pausedAt) {
      revivable.add(item);
    }
    if (isNeeded(item, supersededAt)) {
      item.superseded = true;
      retained.put(item, supersededAt);
      if (keptTail > 0) {
        tail.add(item);
      }
    } else {
      log.remove(item);
    }
  }

  private boolean isNeeded(Item item, long supersededAt) {
    if (revivable.contains(item) || (keptTail > 0 && supersededAt > keptFloor())) {
      return true;
    }
    for (int i = 0; i < cursors.size(); i++) {
      if (cursors.get(i).needs(item, supersededAt)) {
        return true;
      }
    }
    return false;
  }

  private boolean isSuperseded(Item item, long until) {
    return item.superseded && retained.getOrDefault(item, Long.MAX_VALUE) <= until;
  }

  private void releaseRetained() {
    if (!retained.isEmpty()) {
      retained
          .entrySet()
          .removeIf(
              entry -> {
                boolean needed = isNeeded(entry.getKey(), entry.getValue());
                if (!needed) {
                  log.remove(entry.getKey());
                }
                return !needed;
              });
    }
  }

  /** The lowest seqno that a loss of the kept tail can go back to. */
  private long keptFloor() {
    return Math.max(keptSince, highSeqno - keptTail);
  }

  private void releaseTail() {
    for (Item oldest = tail.peek(); oldest != null; oldest = tail.peek()) {
      Long supersededAt = retained.get(oldest);
      if (supersededAt != null && supersededAt > keptFloor()) {
        return;
      }
      tail.remove();
      if (supersededAt != null && !isNeeded(oldest, supersededAt)) {
        retained.remove(oldest);
        log.remove(oldest);
      }
    }
  }

  /** From now on the last {@code seqnos} can be lost, persisted or not; 0: no longer. */
  void keepTail(long seqnos) {
    keptTail = seqnos;
    keptSince = highSeqno;
    tail.clear();
    releaseRetained();
  }

  /** The seqno that is the newest after a crash with {@code loss}. */
  long survivingSeqno(OptionalLong loss) {
    return loss.isEmpty()
        ? persistedSeqno()
        : Math.max(keptTail == 0 ? highSeqno : keptSince, highSeqno - loss.getAsLong());
  }

  /** How many versions are kept that are not the newest of their key. */
  int retained() {
    return retained.size();
  }

  /** Opens a consistent view of {@code (after, until]}; {@link #close} must follow. */
  Cursor open(long after, long until) {
    Cursor cursor = new Cursor(after, until);
    cursors.add(cursor);
    return cursor;
  }

  void read(Cursor cursor, int maxItems, long maxBytes, Consumer<Item> consumer) {
    Consumer<Item> newest =
        item -> {
          if (!isSuperseded(item, cursor.until)) {
            consumer.accept(item);
          }
        };
    cursor.position = log.read(cursor.position, cursor.until, maxItems, maxBytes, newest);
  }

  void close(Cursor cursor) {
    cursors.remove(cursor);
    releaseRetained();
  }

  FailoverLog failoverLog() {
    return failoverLog;
  }

  long highSeqno() {
    return highSeqno;
  }

  /** The newest seqno that stands for an item. */
  long visibleSeqno() {
    return visibleSeqno;
  }

  long persistedSeqno() {
    return pausedAt < 0 ? highSeqno : pausedAt;
  }

  long purgeSeqno() {
    return purgeSeqno;
  }

  /** The seqno from which on a stream is served from memory, as the real server would. */
  long memoryFloor() {
    return Math.max(loadedSeqno, highSeqno - MEMORY_SEQNOS);
  }

  void purged(long seqno) {
    purgeSeqno = Math.max(purgeSeqno, seqno);
  }

  boolean isPersistencePaused() {
    return pausedAt >= 0;
  }

  void pausePersistence() {
    if (pausedAt < 0) {
      pausedAt = highSeqno;
    }
  }

  void resumePersistence() {
    pausedAt = -1;
    revivable.clear();
    releaseRetained();
  }

  /** Begins a new branch at the newest seqno; returns its identity. */
  long branch() {
    return branch(highSeqno);
  }

  /** Begins a new branch at {@code seqno}, up to which consumers may stay; returns its identity. */
  long branch(long seqno) {
    failoverLog = failoverLog.branch(vbuuids.getAsLong(), seqno);
    return failoverLog.vbuuid();
  }

  /** Goes on with the branches of another copy. */
  void adopt(FailoverLog log) {
    failoverLog = log;
  }

  /**
   * Goes back to {@code surviving}, on the same branches for the time being.
   *
   * @param surviving from {@link #survivingSeqno}
   * @param survivors receives every version that is left, in seqno order; a later one of a key
   *     replaces an earlier one, which the receiver hands to {@link #supersede}
   */
  void goBack(long surviving, Consumer<Item> survivors) {
    for (Cursor cursor : cursors) {
      cursor.position = cursor.until;
      cursor.broken = true;
    }
    cursors.clear();
    // A tombstone that was purged while a cursor needed it does not come back with a restart.
    Predicate<Item> revived =
        surviving == persistedSeqno()
            ? revivable::contains
            : item -> retained.getOrDefault(item, 0L) > surviving;
    log.removeIf(item -> item.seqno() > surviving || (item.superseded && !revived.test(item)));
    pausedAt = -1;
    retained.clear();
    revivable.clear();
    tail.clear();
    highSeqno = surviving;
    loadedSeqno = surviving;
    keptSince = surviving;
    purgeSeqno = Math.min(purgeSeqno, surviving);
    List<Item> left = new ArrayList<>(log.size());
    log.read(0, surviving, Integer.MAX_VALUE, Long.MAX_VALUE, left::add);
    visibleSeqno = left.isEmpty() ? 0 : left.get(left.size() - 1).seqno();
    for (Item item : left) {
      // What was superseded after the last surviving seqno is the newest version again.
      item.superseded = false;
      survivors.accept(item);
    }
  }
}
