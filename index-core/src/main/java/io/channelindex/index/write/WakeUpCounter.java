package io.channelindex.index.write;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells readers that stable clocks moved (index-bucket.md, step 6): increments a counter, at most
 * one increment at a time and {@link #SPACING} between the end of one and the next, because those
 * who poll it do so less often than that; what is asked for meanwhile is one more. A hint: an
 * increment that fails is not repeated, and logged when it is the first of a row.
 *
 * <p>Thread-safe; shared by the partitions of a process.
 */
final class WakeUpCounter {
  private static final Logger LOG = LoggerFactory.getLogger(WakeUpCounter.class);

  /** From the end of an increment to the beginning of the next. */
  static final Duration SPACING = Duration.ofMillis(10);

  private final IndexBucket bucket;
  private final String key;
  private final Time time;

  // How many were asked for since the one under way began, that one included.
  private final AtomicInteger asked = new AtomicInteger();
  private volatile WriterCounters last = new WriterCounters();
  private volatile boolean failing;

  WakeUpCounter(IndexBucket bucket, IndexKeys keys, Time time) {
    this.bucket = bucket;
    this.time = time;
    this.key = keys.wakeUps();
  }

  /**
   * Lets readers know soon. Returns at once.
   *
   * @param asking counts the increment if it is made for whoever asks now, as the last of several
   */
  void increment(WriterCounters asking) {
    last = asking;
    if (asked.getAndIncrement() == 0) {
      start();
    }
  }

  private void start() {
    int covered = asked.get();
    last.operation(WriterStep.WAKE_UPS);
    bucket.increment(key, 1).whenComplete((value, failure) -> answered(covered, failure));
  }

  private void answered(int covered, Throwable failure) {
    if (failure == null && failing) {
      failing = false;
      LOG.info("Wake-ups reach readers again: key={}", key);
    } else if (failure != null && !failing) {
      failing = true;
      LOG.warn("Wake-ups are lost, readers find changes later: key={}", key, failure);
    }
    time.after(SPACING, () -> next(covered));
  }

  private void next(int covered) {
    if (asked.addAndGet(-covered) > 0) {
      start();
    }
  }
}
