package io.channelindex.storage.compress;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/**
 * Native contexts at rest. Making one costs more than compressing a block with it, and a thread
 * that keeps one keeps its memory as long as it lives; so they are lent, and no more are kept than
 * can be in use at once.
 *
 * <p>Thread-safe.
 */
final class ContextPool<C extends AutoCloseable> {
  private final ArrayBlockingQueue<C> idle;
  private final Supplier<C> factory;

  ContextPool(Supplier<C> factory) {
    this.idle = new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());
    this.factory = factory;
  }

  /** A context that nobody else has until it is given back. */
  C take() {
    C context = idle.poll();
    return context == null ? factory.get() : context;
  }

  /** Takes back one that is as good as new. */
  void give(C context) {
    if (!idle.offer(context)) {
      discard(context);
    }
  }

  /** Takes back one that is not, or one too many. */
  void discard(C context) {
    try {
      context.close();
    } catch (Exception e) {
      throw new IllegalStateException("a context that cannot be closed", e);
    }
  }
}
