package io.channelindex.index.write;

import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.List;

/**
 * How far a vbucket's stream has come, and up to where the state that it brought is whole: within a
 * snapshot the data service has left out what a later change of the same snapshot replaces.
 *
 * <p>Confined to one thread.
 */
public final class StreamProgress {
  private final int vbucket;
  private boolean open;

  /** Whether the stream was opened again and may owe the rest of a snapshot. */
  private boolean reopened;

  private long vbuuid;

  /** The branch of the last step. */
  private long arrivedUnder;

  private long whole;
  private long seqno;

  // The snapshot of the last step.
  private long lastStart;
  private long lastEnd;

  // The snapshot that was announced last, of which nothing may have come.
  private long start;
  private long end;

  /**
   * A stream that goes on from a position.
   *
   * @param stable the last whole state that is known, unsigned
   */
  public StreamProgress(int vbucket, StreamPosition position, long stable) {
    this.vbucket = vbucket;
    vbuuid = position.vbuuid();
    arrivedUnder = vbuuid;
    seqno = position.seqno();
    lastStart = position.snapshotStart();
    lastEnd = position.snapshotEnd();
    start = lastStart;
    end = lastEnd;
    whole = position.seqno() == 0 ? 0 : stable;
  }

  /**
   * What comes from now on belongs to the newest branch of this failover log.
   *
   * @param log newest first, not empty
   * @throws IllegalStateException if what came before is none of that history: the stream would
   *     bring it anew, and it would be taken for a replay
   */
  public void opened(List<FailoverEntry> log) {
    requireWithin(log);
    open = true;
    reopened = true;
    vbuuid = log.get(0).vbuuid();
  }

  private void requireWithin(List<FailoverEntry> log) {
    boolean middle =
        Long.compareUnsigned(lastStart, seqno) < 0 && Long.compareUnsigned(seqno, lastEnd) < 0;
    // In the middle of a snapshot all of it has to be there: its end hid what is before.
    long needed = middle ? lastEnd : seqno;
    if (seqno != 0 && !BranchHistory.NONE.observe(log).contains(arrivedUnder, needed)) {
      throw new IllegalStateException(
          "stream goes on over what was undone: vbucket="
              + vbucket
              + ", vbuuid="
              + arrivedUnder
              + ", seqno="
              + Long.toUnsignedString(seqno)
              + ", snapshotEnd="
              + Long.toUnsignedString(lastEnd)
              + ", log="
              + log);
    }
  }

  /**
   * A snapshot begins.
   *
   * @throws IllegalStateException if the stream is not open, or the snapshot ends before it starts
   */
  public void snapshot(long newStart, long newEnd) {
    requireOpen(newStart);
    if (Long.compareUnsigned(newStart, newEnd) > 0) {
      throw new IllegalStateException(
          "snapshot ends before it starts: vbucket="
              + vbucket
              + ", start="
              + Long.toUnsignedString(newStart)
              + ", end="
              + Long.toUnsignedString(newEnd));
    }
    // A stream that resumed in the middle of a snapshot owes the rest of it, whatever ranges it
    // announces, and in how many: only where all have ended the state is whole (kv_engine's
    // ActiveStream announces each checkpoint of its own). At its start it owes nothing:
    // nothing that the snapshot brought can have hidden anything. Nor does it for a snapshot that
    // was announced before the connection was lost, and of which nothing came.
    boolean owesRest =
        reopened
            && Long.compareUnsigned(lastStart, seqno) < 0
            && Long.compareUnsigned(seqno, lastEnd) < 0;
    reopened = owesRest;
    if (Long.compareUnsigned(newEnd, seqno) <= 0) {
      return;
    }
    start = owesRest && Long.compareUnsigned(lastStart, newStart) < 0 ? lastStart : newStart;
    end = owesRest && Long.compareUnsigned(lastEnd, newEnd) > 0 ? lastEnd : newEnd;
  }

  /**
   * A change comes.
   *
   * @return whether it is news
   * @throws IllegalStateException if the stream is not open, or the change is in no snapshot
   */
  public boolean moveTo(long newSeqno) {
    requireOpen(newSeqno);
    if (Long.compareUnsigned(newSeqno, seqno) <= 0) {
      return false;
    }
    if (Long.compareUnsigned(newSeqno, start) < 0 || Long.compareUnsigned(newSeqno, end) > 0) {
      throw new IllegalStateException(
          "seqno outside of its snapshot: vbucket="
              + vbucket
              + ", seqno="
              + Long.toUnsignedString(newSeqno)
              + ", start="
              + Long.toUnsignedString(start)
              + ", end="
              + Long.toUnsignedString(end));
    }
    seqno = newSeqno;
    arrivedUnder = vbuuid;
    lastStart = start;
    lastEnd = end;
    if (seqno == end) {
      whole = seqno;
    }
    return true;
  }

  /**
   * The vbucket moved on without a change: between snapshots it may do so without being in one,
   * because nothing was left out.
   *
   * @return whether it did
   * @throws IllegalStateException as {@link #moveTo}
   */
  public boolean advanceTo(long newSeqno) {
    if (seqno == end && Long.compareUnsigned(newSeqno, end) > 0) {
      start = newSeqno;
      end = newSeqno;
    }
    return moveTo(newSeqno);
  }

  /** Where the stream stands. */
  public StreamPosition position() {
    return new StreamPosition(vbuuid, seqno, lastStart, lastEnd);
  }

  /** The highest seqno up to here at which a snapshot was complete, unsigned. */
  public long whole() {
    return whole;
  }

  private void requireOpen(long newSeqno) {
    if (!open) {
      throw new IllegalStateException(
          "stream was not opened: vbucket="
              + vbucket
              + ", seqno="
              + Long.toUnsignedString(newSeqno));
    }
  }
}
