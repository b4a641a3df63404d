package io.channelindex.perf.measure;

import java.util.concurrent.locks.LockSupport;

/**
 * The clock of a measurement, and waiting on it. Safe for use by many threads.
 *
 * <p>Readings are nanoseconds from an arbitrary origin that is the same for the whole process:
 * differences mean something, absolute values do not.
 */
public interface TimeSource {
  /** The clock of this process. */
  TimeSource SYSTEM = new SystemTime();

  /** The present reading. */
  long nanos();

  /**
   * Returns when the reading is at or past {@code due}; at once if it already is.
   *
   * @throws InterruptedException if the thread is interrupted before or while it waits
   */
  void sleepUntil(long due) throws InterruptedException;

  /** {@link System#nanoTime} and parking. */
  final class SystemTime implements TimeSource {
    private SystemTime() {}

    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void sleepUntil(long due) throws InterruptedException {
      while (true) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long left = due - System.nanoTime();
        if (left <= 0) {
          return;
        }
        LockSupport.parkNanos(this, left);
      }
    }
  }
}
