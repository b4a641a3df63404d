package io.channelindex.perf.indexing;

import io.channelindex.perf.cluster.ChangeListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * Throws changes away, and notes how many there were and how long it took from the first to the
 * last: the same stretch of time in which an index is made of them.
 */
public final class DrainWatch implements ChangeListener {
  private static final long NEVER = Long.MIN_VALUE;

  private final LongAdder changes = new LongAdder();
  private final AtomicLong first = new AtomicLong(NEVER);
  private final LongAccumulator last = new LongAccumulator(Math::max, NEVER);

  /** Changes so far. */
  public long changes() {
    return changes.sum();
  }

  /** From the first to the last; zero while there is none. */
  public Duration elapsed() {
    return first.get() == NEVER ? Duration.ZERO : Duration.ofNanos(last.get() - first.get());
  }

  private void change() {
    long now = System.nanoTime();
    if (first.get() == NEVER) {
      first.compareAndSet(NEVER, now);
    }
    last.accumulate(now);
    changes.increment();
  }

  @Override
  public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {
    change();
  }

  @Override
  public void deletion(int vbucket, long seqno, byte[] key) {
    change();
  }

  @Override
  public void advanced(int vbucket, long seqno) {}
}
