package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The get-and-lock locks of one vbucket, kept beside the items because hardly any item has one. Not
 * thread-safe but for {@link #isEmpty()}: its vbucket's lock guards it.
 */
final class PessimisticLocks {
  private static final int MAX_SECONDS = 30;
  private static final int DEFAULT_SECONDS = 15;

  private record Lock(long cas, long untilSeconds) {}

  private final IdentityHashMap<Item, Lock> locks = new IdentityHashMap<>();
  private volatile boolean empty = true;

  /** Whether no item has a lock, not even an elapsed one. */
  boolean isEmpty() {
    return empty;
  }

  /**
   * Locks an item that is not locked.
   *
   * @param seconds how long; anything outside 1 to 30 means 15
   */
  void lock(Item item, long cas, int seconds, long nowSeconds) {
    int duration = seconds <= 0 || seconds > MAX_SECONDS ? DEFAULT_SECONDS : seconds;
    locks.put(item, new Lock(cas, nowSeconds + duration));
    empty = false;
  }

  /**
   * Unlocks an item with the CAS that its lock gave.
   *
   * @throws StatusException {@link Status#NOT_LOCKED}, or {@link Status#LOCKED} if the CAS is wrong
   */
  void unlock(Item item, long cas, long nowSeconds) {
    if (!isLocked(item, nowSeconds)) {
      throw StatusException.of(Status.NOT_LOCKED);
    }
    if (!opens(item, cas, nowSeconds)) {
      throw StatusException.of(Status.LOCKED);
    }
    release(item);
  }

  void requireUnlocked(Item item, long nowSeconds) {
    if (isLocked(item, nowSeconds)) {
      throw StatusException.of(Status.LOCKED);
    }
  }

  /**
   * Checks that a writer with {@code cas} may replace {@code item}.
   *
   * @param cas what the client knows, or 0
   * @param clock asked only if there are locks
   * @throws StatusException {@link Status#LOCKED}, or {@link Status#KEY_EEXISTS} if the CAS is
   *     another one
   */
  void requireWritable(Item item, long cas, Bucket clock) {
    if (!empty) {
      long now = clock.nowSeconds();
      if (isLocked(item, now)) {
        if (!opens(item, cas, now)) {
          throw StatusException.of(Status.LOCKED);
        }
        return;
      }
    }
    if (cas != 0 && cas != item.cas()) {
      throw StatusException.of(Status.KEY_EEXISTS);
    }
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

  private boolean opens(Item item, long cas, long nowSeconds) {
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
