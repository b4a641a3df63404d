package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The durable writes of a vbucket that are prepared and not committed yet, oldest first. Nobody
 * reads them; until they are committed or given up, nobody else writes their keys. Not thread-safe:
 * its vbucket's lock guards it.
 */
final class PendingWrites {
  /**
   * A prepared write.
   *
   * @param item what it becomes, but for seqno and revision
   */
  record Pending(Item item, Durability durability) {}

  private final Deque<Pending> queue = new ArrayDeque<>();

  boolean isEmpty() {
    return queue.isEmpty();
  }

  void add(Item item, Durability durability) {
    queue.add(new Pending(item, durability));
  }

  /**
   * Checks that no write of {@code key} is pending.
   *
   * @throws StatusException {@link Status#SYNC_WRITE_IN_PROGRESS}
   */
  void requireNone(Key key) {
    if (!queue.isEmpty()) {
      for (Pending pending : queue) {
        if (pending.item().hasKey(key)) {
          throw StatusException.of(Status.SYNC_WRITE_IN_PROGRESS);
        }
      }
    }
  }

  /** Takes out, in order, what nothing stands in the way of: all of it once it is persisted. */
  List<Pending> takeCommittable(boolean persistencePaused) {
    List<Pending> committable = new ArrayList<>();
    while (!queue.isEmpty()
        && !(persistencePaused
            && queue.getFirst().durability().level() == Durability.Level.PERSISTED)) {
      committable.add(queue.removeFirst());
    }
    return committable;
  }

  /** Takes out the writes for which {@code condition} holds. */
  List<Pending> take(Predicate<Item> condition) {
    List<Pending> taken = new ArrayList<>();
    for (Iterator<Pending> each = queue.iterator(); each.hasNext(); ) {
      Pending pending = each.next();
      if (condition.test(pending.item())) {
        each.remove();
        taken.add(pending);
      }
    }
    return taken;
  }
}
