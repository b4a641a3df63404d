package io.channelindex.index.read;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Wake-ups by polling (R2): reads the wake-up counter at an interval, start to start, and says
 * {@code look} when it moved. Says so too every slow interval, because a writer may have died
 * between its commit and its wake-up, and when the counter cannot be read, because then the reader
 * has to find out by itself.
 *
 * <p>Thread-safe. A poll that is still under way when the next is due takes that one's place.
 */
public final class PolledWakeUps implements WakeUps {
  private final IndexBucket bucket;
  private final String key;
  private final Duration interval;
  private final long slowEvery;
  private final ScheduledExecutorService executor;
  private final AtomicBoolean polling = new AtomicBoolean();

  private @Nullable ScheduledFuture<?> schedule;
  private volatile boolean closed;

  /** Only touched by the poll under way. */
  private long known = -1;

  private long quiet;

  /**
   * Polls of one database.
   *
   * @param interval from the start of one poll to the start of the next, at least 1 ms
   * @param slowPoll the longest time between two looks, at least {@code interval}
   * @param executor runs the polls; not closed by {@link #close}
   */
  public PolledWakeUps(
      IndexBucket bucket,
      IndexKeys keys,
      Duration interval,
      Duration slowPoll,
      ScheduledExecutorService executor) {
    if (interval.toMillis() < 1 || slowPoll.compareTo(interval) < 0) {
      throw new IllegalArgumentException(
          "intervals out of range: interval=" + interval + ", min=PT0.001S, slowPoll=" + slowPoll);
    }
    this.bucket = bucket;
    this.key = keys.wakeUps();
    this.interval = interval;
    this.slowEvery = slowPoll.dividedBy(interval);
    this.executor = executor;
  }

  @Override
  public synchronized void start(Listener listener) {
    if (schedule != null) {
      throw new IllegalStateException("started already: key=" + key);
    }
    long nanos = interval.toNanos();
    schedule =
        executor.scheduleAtFixedRate(() -> poll(listener), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void poll(Listener listener) {
    if (!polling.compareAndSet(false, true)) {
      return;
    }
    bucket
        .counter(key)
        .whenComplete(
            (counter, failure) -> {
              boolean due = failure != null || counter != known || ++quiet >= slowEvery;
              if (failure == null) {
                known = counter;
              }
              if (due) {
                quiet = 0;
              }
              polling.set(false);
              if (due && !closed) {
                listener.look();
              }
            });
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (schedule != null) {
      schedule.cancel(false);
    }
  }
}
