package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The durable writes of a vbucket that are prepared and not committed yet, oldest first. Nobody
 * reads them; until they are committed or given up, nobody else writes their keys. Not thread-safe:
 * its vbucket's lock guards it.
 *
 * <p>A write that another copy of the vbucket, or this one before a crash, may have committed
 * already is a <i>recommit</i>: until it is decided, nobody reads its key at all.
 */
final class PendingWrites {
  /**
   * A prepared write.
   *
   * @param item what it becomes, but for seqno and revision
   */
  record Pending(Item item, Durability durability) {
    /** The same, with nobody to be told of its outcome. */
    Pending unattended() {
      return new Pending(item, durability.unattended());
    }

    /** The seqno that stands for the prepare. */
    long prepare() {
      return item.seqno() - 1;
    }
  }

  private record Committed(Pending write, long seqno) {}

  private final Deque<Pending> queue = new ArrayDeque<>();

  /** Writes whose prepares are persisted and whose commits are not: a crash undoes the commits. */
  private final Deque<Committed> halfPersisted = new ArrayDeque<>();

  private int recommits;

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** All of them, for another copy of the vbucket. */
  List<Pending> unattended() {
    return queue.isEmpty() ? List.of() : queue.stream().map(Pending::unattended).toList();
  }

  void add(Item item, Durability durability) {
    queue.add(new Pending(item, durability));
  }

  /** From now on these are pending and no others; they may have been committed elsewhere. */
  void replaceAll(Collection<Pending> writes) {
    queue.clear();
    queue.addAll(writes);
    recommits = queue.size();
  }

  /**
   * Checks that no write of {@code key} is pending.
   *
   * @throws StatusException {@link Status#SYNC_WRITE_IN_PROGRESS}
   */
  void requireNone(Key key) {
    if (!queue.isEmpty() && contains(key)) {
      throw StatusException.of(Status.SYNC_WRITE_IN_PROGRESS);
    }
  }

  /**
   * Checks that it is known which version of {@code key} is the newest that anybody can have seen.
   *
   * @throws StatusException {@link Status#SYNC_WRITE_RE_COMMIT_IN_PROGRESS}
   */
  void requireDecided(Key key) {
    if (recommits == 0) {
      return;
    }
    int left = recommits;
    for (Iterator<Pending> each = queue.iterator(); left > 0; left--) {
      if (each.next().item().hasKey(key)) {
        throw StatusException.of(Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS);
      }
    }
  }

  private boolean contains(Key key) {
    for (Pending pending : queue) {
      if (pending.item().hasKey(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a write of the key of {@code item} is pending. */
  boolean containsKeyOf(Item item) {
    for (Pending pending : queue) {
      if (pending.item().hasKeyOf(item)) {
        return true;
      }
    }
    return false;
  }

  /** Takes out, in order, what nothing stands in the way of. */
  List<Pending> takeWhile(Predicate<Pending> committable) {
    List<Pending> taken = new ArrayList<>();
    while (!queue.isEmpty() && committable.test(queue.getFirst())) {
      taken.add(queue.removeFirst());
      recommits = Math.max(0, recommits - 1);
    }
    return taken;
  }

  /** A write was committed at {@code seqno}, and only its prepare is persisted. */
  void halfPersisted(Pending write, long seqno) {
    halfPersisted.add(new Committed(write, seqno));
  }

  /** Everything is persisted. */
  void persisted() {
    halfPersisted.clear();
  }

  /**
   * Goes back to {@code surviving}: what was prepared at or below it and not committed there is
   * pending, as a recommit; what was prepared above it is gone. The outcome of all is open.
   */
  void crash(long surviving) {
    List<Pending> prepared = new ArrayList<>(queue);
    for (Committed committed : halfPersisted) {
      if (committed.seqno() > surviving) {
        prepared.add(committed.write());
      }
    }
    queue.forEach(pending -> pending.durability().ambiguous());
    halfPersisted.clear();
    replaceAll(
        prepared.stream()
            .filter(pending -> pending.prepare() <= surviving)
            .sorted(Comparator.comparingLong(Pending::prepare))
            .map(Pending::unattended)
            .toList());
  }

  /** Nobody waits for the outcome of any of these any longer. */
  void leave() {
    List<Pending> left = List.copyOf(queue);
    replaceAll(unattended());
    left.forEach(pending -> pending.durability().ambiguous());
  }

  /**
   * Takes out the writes for which {@code condition} holds, of those that are certainly not
   * committed anywhere.
   */
  List<Pending> takeUndecided(Predicate<Item> condition) {
    return take(recommits, condition);
  }

  /** Takes out the writes for which {@code condition} holds. */
  List<Pending> take(Predicate<Item> condition) {
    return take(0, condition);
  }

  private List<Pending> take(int from, Predicate<Item> condition) {
    List<Pending> taken = new ArrayList<>();
    int position = 0;
    int decided = 0;
    for (Iterator<Pending> each = queue.iterator(); each.hasNext(); position++) {
      Pending pending = each.next();
      if (position >= from && condition.test(pending.item())) {
        each.remove();
        taken.add(pending);
        decided += position < recommits ? 1 : 0;
      }
    }
    recommits -= decided;
    return taken;
  }
}
