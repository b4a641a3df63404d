package io.channelindex.storage;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets so many operations be under way and keeps the others waiting, first come, first served (but
 * for one that comes just when a turn becomes free). Nobody blocks: what waits is run by whoever
 * makes room.
 *
 * <p>Assumption: what is run ends by one call of {@link #done}, on any thread, possibly before it
 * returns. Guarantee: whatever is submitted is run once, and running does not nest, however many
 * operations end at once. Thread-safe.
 */
final class OperationLimiter {
  private final AtomicInteger free;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  // More than 0 while one thread drains; what it counts tells that thread to look once more.
  private final AtomicInteger drains = new AtomicInteger();

  OperationLimiter(int most) {
    free = new AtomicInteger(most);
  }

  /** Runs an operation, now or when there is room. */
  void submit(Runnable operation) {
    if (waiting.isEmpty() && take()) {
      operation.run();
      return;
    }
    waiting.add(operation);
    drain();
  }

  /** An operation has ended. */
  void done() {
    free.incrementAndGet();
    // Either this sees what was added, or the drain after the addition sees what became free.
    if (!waiting.isEmpty()) {
      drain();
    }
  }

  private void drain() {
    if (drains.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      while (!waiting.isEmpty() && take()) {
        Runnable operation = waiting.poll();
        if (operation == null) {
          free.incrementAndGet();
        } else {
          operation.run();
        }
      }
      seen = drains.addAndGet(-seen);
    } while (seen != 0);
  }

  private boolean take() {
    int now = free.get();
    while (now > 0) {
      if (free.compareAndSet(now, now - 1)) {
        return true;
      }
      now = free.get();
    }
    return false;
  }
}
