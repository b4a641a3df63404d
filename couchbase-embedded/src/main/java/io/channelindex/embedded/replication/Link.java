package io.channelindex.embedded.replication;

import io.channelindex.embedded.engine.VBucket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from one node to another. Thread-safe.
 *
 * <p>Streams that have something to do take turns of one batch each, on one thread at a time. What
 * is sent arrives after the link's delay; while the link is cut nothing arrives, and what was under
 * way is lost.
 */
public final class Link {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  private final ScheduledExecutorService executor;
  private final Set<ReplicationStream> streams = new LinkedHashSet<>();
  private final Set<ReplicationStream> turns = new LinkedHashSet<>();
  private final Queue<ReplicationStream> signals = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile long delayNanos;
  private boolean cut;

  /** How many of the two nodes do not take part. */
  private int absent;

  /**
   * A link without streams.
   *
   * @param absent how many of the two nodes do not take part at present
   */
  Link(ScheduledExecutorService executor, int absent) {
    this.executor = executor;
    this.absent = absent;
  }

  synchronized ReplicationStream open(VBucket source, VBucket replica) {
    ReplicationStream stream = new ReplicationStream(this, source, replica);
    streams.add(stream);
    ready(stream);
    return stream;
  }

  synchronized void remove(ReplicationStream stream) {
    if (streams.remove(stream)) {
      turns.remove(stream);
      stream.leave();
    }
  }

  long delayNanos() {
    return delayNanos;
  }

  /** How long what is sent is under way. */
  public Duration delay() {
    return Duration.ofNanos(delayNanos);
  }

  public synchronized boolean isCut() {
    return cut;
  }

  /** Whether it is neither cut nor without one of its nodes. */
  synchronized boolean isOpen() {
    return !cut && absent == 0;
  }

  /** From now on what is sent arrives after {@code delay}, and not before. */
  public void delay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay=" + delay + ", minimum=" + Duration.ZERO);
    }
    delayNanos = delay.toNanos();
  }

  /** Nothing arrives from now on: when this returns, nothing is on its way. */
  public synchronized void cut() {
    cut = true;
    streams.forEach(ReplicationStream::drop);
  }

  /** The opposite of {@link #cut}: replicas catch up. */
  public synchronized void heal() {
    cut = false;
    streams.forEach(this::ready);
  }

  /** One of the nodes sends and takes nothing from now on, whatever the link does. */
  synchronized void leave() {
    absent++;
    streams.forEach(ReplicationStream::drop);
  }

  /** The opposite of {@link #leave}. */
  synchronized void join() {
    absent--;
    streams.forEach(this::ready);
  }

  /** Has {@code stream} take its next step soon. */
  void ready(ReplicationStream stream) {
    signals.add(stream);
    schedule();
  }

  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      runIn(0, this::run);
    }
  }

  // What runs there handles its failures itself.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void runIn(long nanos, Runnable work) {
    try {
      executor.schedule(work, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Replication has ended", e);
    }
  }

  private void run() {
    scheduled.set(false);
    pump();
  }

  private synchronized void pump() {
    for (ReplicationStream next = signals.poll(); next != null; next = signals.poll()) {
      if (streams.contains(next)) {
        turns.add(next);
      }
    }
    if (!isOpen()) {
      // All are asked again when that is over.
      turns.clear();
      return;
    }
    long now = System.nanoTime();
    for (ReplicationStream stream : turns.toArray(ReplicationStream[]::new)) {
      turns.remove(stream);
      try {
        step(stream, now);
      } catch (RuntimeException e) {
        LOG.error("Replication failed; {} lags until its next mutation", stream, e);
        stream.drop();
      }
    }
  }

  private void step(ReplicationStream stream, long now) {
    switch (stream.step(now)) {
      case MORE -> ready(stream);
      case UNDER_WAY -> runIn(stream.dueNanos() - now, () -> ready(stream));
      case IDLE -> {}
    }
  }
}
