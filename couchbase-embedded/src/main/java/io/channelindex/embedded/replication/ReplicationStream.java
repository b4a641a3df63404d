package io.channelindex.embedded.replication;

import io.channelindex.embedded.engine.MutationListener;
import io.channelindex.embedded.engine.ReplicaFeed;
import io.channelindex.embedded.engine.VBucket;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What brings one replica up to date and keeps it so, whatever happens to either copy, until it is
 * closed.
 *
 * <p>Its link calls everything but {@link #close}, one call at a time. Assumes that the link calls
 * {@link #step} after every {@link Link#ready}. Guarantees that no news is missed: the flag that
 * suppresses signals is cleared before the copies are looked at.
 */
public final class ReplicationStream implements AutoCloseable {
  /** What {@link #step} left behind. */
  enum Progress {
    /** There is more to do at once. */
    MORE,
    /** The link has to deliver what is under way first. */
    UNDER_WAY,
    /** Nothing until the next signal. */
    IDLE
  }

  private static final int BATCH_ITEMS = 256;
  private static final long BATCH_BYTES = 256 * 1024;

  private final Link link;
  private final VBucket replica;
  private final Ear sourceEar;
  private final Ear replicaEar;
  private final ReplicaFeed feed;
  private final AtomicBoolean signalled = new AtomicBoolean();
  private boolean underWay;
  private long dueNanos;

  ReplicationStream(Link link, VBucket source, VBucket replica) {
    this.link = link;
    this.replica = replica;
    this.sourceEar = new Ear(source);
    this.replicaEar = new Ear(replica);
    this.feed = new ReplicaFeed(source, replica);
  }

  /** Listens to one of the copies, again and again: a crash ends it, and the copy lives on. */
  private final class Ear implements MutationListener {
    private final VBucket copy;
    private volatile boolean listening;

    Ear(VBucket copy) {
      this.copy = copy;
    }

    void listen() {
      if (!listening) {
        listening = true;
        copy.follow(position -> this);
      }
    }

    @Override
    public void onMutation() {
      signal();
    }

    @Override
    public void onClosed(CloseReason reason) {
      // A copy of a bucket that is gone is silent, however often it is listened to.
      listening = reason == CloseReason.BUCKET_REMOVED;
      signal();
    }
  }

  private void signal() {
    if (!signalled.get() && signalled.compareAndSet(false, true)) {
      link.ready(this);
    }
  }

  /** Does the next part of what there is to do, at {@code nowNanos} of {@link System#nanoTime}. */
  Progress step(long nowNanos) {
    if (!underWay) {
      signalled.set(false);
      sourceEar.listen();
      replicaEar.listen();
      if (!feed.open()) {
        feed.acknowledge();
        return Progress.IDLE;
      }
      underWay = true;
      dueNanos = nowNanos + link.delayNanos();
    }
    if (nowNanos - dueNanos < 0) {
      return Progress.UNDER_WAY;
    }
    if (!feed.move(BATCH_ITEMS, BATCH_BYTES)) {
      underWay = false;
    }
    return Progress.MORE;
  }

  /** When what is under way arrives, as a {@link System#nanoTime}. */
  long dueNanos() {
    return dueNanos;
  }

  /** What is under way never arrives. */
  void drop() {
    feed.close();
    underWay = false;
  }

  void leave() {
    drop();
    sourceEar.copy.unfollow(sourceEar);
    replicaEar.copy.unfollow(replicaEar);
  }

  /**
   * As {@link ReplicaFeed#hasReached}, and whether the replica would get what came next.
   * Thread-safe.
   */
  public boolean hasReached(long seqno) {
    return link.isOpen() && new ReplicaFeed(sourceEar.copy, replica).hasReached(seqno);
  }

  /** Whether this stream reads from {@code copy}; never from null. Thread-safe. */
  public boolean isFrom(@Nullable VBucket copy) {
    return sourceEar.copy == copy;
  }

  @Override
  public String toString() {
    return "replica of vbucket=" + replica.id();
  }

  /** Ends it; nothing arrives at the replica any more when this returns. Thread-safe. */
  @Override
  public void close() {
    link.remove(this);
  }
}
