package io.channelindex.embedded.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings one replica of a vbucket up to date, range by range. Not thread-safe; it holds at most one
 * vbucket's lock at a time.
 *
 * <p>A replica that saw what is no longer part of the history has to start over. What it has then
 * may be all that is left of what was acknowledged, if the source is lost before the rest of the
 * range is there. So such a range is collected here, and the replica gets it as a whole; not while
 * its disk stands still, which would lose to a crash what it has, too.
 *
 * <pre>{@code
 * while (feed.open()) {
 *   while (feed.move(items, bytes)) {}
 * }
 * feed.acknowledge();
 * }</pre>
 */
public final class ReplicaFeed implements AutoCloseable {
  private final VBucket source;
  private final VBucket replica;
  private final List<Item> batch = new ArrayList<>();
  private @Nullable HistoryRange range;
  private int reception;
  private boolean startsOver;

  /**
   * A feed that has not begun.
   *
   * @param source the active copy, or one that is handing over; of any other nothing comes
   * @param replica the copy on another node
   */
  public ReplicaFeed(VBucket source, VBucket replica) {
    this.source = source;
    this.replica = replica;
  }

  /**
   * Opens the next range, if the replica is not up to date and there is something to follow.
   *
   * @return whether there is one; nothing has moved yet
   */
  public boolean open() {
    ReplicaPosition position = replica.replicaPosition();
    HistoryRange next = position == null ? null : source.rangeAfter(position);
    startsOver = next != null && position != null && next.from() < position.from().seqno();
    range = next;
    if (startsOver && !replica.canStartOver()) {
      close();
    }
    return range != null;
  }

  /**
   * Moves the next part of the range.
   *
   * @return whether there is more of it; if not, it is closed, complete or overtaken by events
   */
  public boolean move(int maxItems, long maxBytes) {
    HistoryRange current = range;
    if (current == null) {
      return false;
    }
    boolean more =
        startsOver ? collect(current, maxItems, maxBytes) : pass(current, maxItems, maxBytes);
    if (!more) {
      close();
    }
    return more;
  }

  private boolean collect(HistoryRange current, int maxItems, long maxBytes) {
    current.items().read(maxItems, maxBytes, batch::add);
    boolean last = current.items().isExhausted();
    if (last && !current.items().isBroken()) {
      replica.startOver(current, batch);
    }
    return !last;
  }

  private boolean pass(HistoryRange current, int maxItems, long maxBytes) {
    if (reception == 0) {
      reception = replica.receive(current);
      if (reception == 0) {
        return false;
      }
    }
    current.items().read(maxItems, maxBytes, batch::add);
    boolean last = current.items().isExhausted();
    boolean taken =
        !current.items().isBroken() && replica.receive(reception, batch, last ? current : null);
    batch.clear();
    return taken && !last;
  }

  /** Tells the source what the replica has; writes that waited for it are committed. */
  public void acknowledge() {
    ReplicaPosition position = replica.replicaPosition();
    if (position != null) {
      source.acknowledge(replica, position);
    }
  }

  /**
   * Whether the replica has, on the branch that the source is writing, everything up to {@code
   * seqno}, or all that there is if the source went back to before that.
   */
  public boolean hasReached(long seqno) {
    ReplicaPosition position = replica.replicaPosition();
    return position != null
        && position.from().vbuuid() == source.vbuuid()
        && position.received() >= Math.min(seqno, source.highSeqno());
  }

  /** Drops the range that is open; what of it the replica has stays there. */
  @Override
  public void close() {
    reception = 0;
    batch.clear();
    if (range != null) {
      range.close();
      range = null;
    }
  }
}
