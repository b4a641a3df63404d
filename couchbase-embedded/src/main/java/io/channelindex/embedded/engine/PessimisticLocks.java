package io.channelindex.embedded.engine;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The get-and-lock locks of one vbucket, kept beside the items because hardly any item has one. Not
 * thread-safe but for {@link #isEmpty()}: its vbucket's lock guards it.
 */
final class PessimisticLocks {
  private record Lock(long cas, long untilSeconds) {}

  private final IdentityHashMap<Item, Lock> locks = new IdentityHashMap<>();
  private volatile boolean empty = true;

  /** Whether no item has a lock, not even an elapsed one. */
  boolean isEmpty() {
    return empty;
  }

  void lock(Item item, long cas, long untilSeconds) {
    locks.put(item, new Lock(cas, untilSeconds));
    empty = false;
  }

  void release(Item item) {
    if (!empty) {
      locks.remove(item);
      empty = locks.isEmpty();
    }
  }

  void clear() {
    locks.clear();
    empty = true;
  }

  boolean isLocked(Item item, long nowSeconds) {
    return lockOf(item, nowSeconds) != null;
  }

  /** Whether {@code cas} is the one that unlocks {@code item}, which is locked. */
  boolean opens(Item item, long cas, long nowSeconds) {
    Lock lock = lockOf(item, nowSeconds);
    return lock != null && lock.cas() == cas;
  }

  private @Nullable Lock lockOf(Item item, long nowSeconds) {
    if (empty) {
      return null;
    }
    Lock lock = locks.get(item);
    if (lock != null && lock.untilSeconds() <= nowSeconds) {
      release(item);
      return null;
    }
    return lock;
  }
}
