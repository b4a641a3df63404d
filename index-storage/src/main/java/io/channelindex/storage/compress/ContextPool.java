package io.channelindex.storage.compress;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Native contexts at rest. Making one costs more than compressing a block with it, and a thread
 * that keeps one keeps its memory as long as it lives; so they are lent, and no more are kept than
 * can be in use at once.
 *
 * <p>Thread-safe.
 */
final class ContextPool<C extends AutoCloseable> implements AutoCloseable {
  private final ArrayBlockingQueue<C> idle;
  private final AtomicInteger open = new AtomicInteger();
  private final Supplier<C> factory;

  ContextPool(Supplier<C> factory) {
    this.idle = new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());
    this.factory = factory;
  }

  /** A context that nobody else has until it is given back. */
  C take() {
    C context = idle.poll();
    if (context != null) {
      return context;
    }
    C made = factory.get();
    open.incrementAndGet();
    return made;
  }

  /** How many there are, lent or not. */
  int open() {
    return open.get();
  }

  /** Takes back one that is as good as new. */
  void give(C context) {
    if (!idle.offer(context)) {
      discard(context);
    }
  }

  /** Takes back one that is not, or one too many. */
  void discard(C context) {
    open.decrementAndGet();
    try {
      context.close();
    } catch (Exception e) {
      throw new IllegalStateException("a context that cannot be closed", e);
    }
  }

  /** Closes those that are not lent; nobody may take one any more. */
  @Override
  public void close() {
    for (C context = idle.poll(); context != null; context = idle.poll()) {
      discard(context);
    }
  }
}
