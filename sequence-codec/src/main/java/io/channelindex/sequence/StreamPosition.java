package io.channelindex.sequence;

/**
 * Where a consumer of a vbucket's DCP stream stands, in full: what it takes to resume the stream
 * (stream request, kv_engine docs/dcp). Seqnos are unsigned.
 *
 * @param vbuuid the history branch that was current when the position was reached; 0 before the
 *     first stream
 * @param seqno the last seqno that was received
 * @param snapshotStart the start of the snapshot that it belongs to
 * @param snapshotEnd the end of that snapshot: {@code snapshotStart <= seqno <= snapshotEnd}
 */
public record StreamPosition(long vbuuid, long seqno, long snapshotStart, long snapshotEnd) {
  /** Before the first mutation. */
  public static final StreamPosition BEGINNING = new StreamPosition(0, 0, 0, 0);

  public StreamPosition {
    if (Long.compareUnsigned(snapshotStart, seqno) > 0
        || Long.compareUnsigned(seqno, snapshotEnd) > 0) {
      throw new IllegalArgumentException(
          "position outside of its snapshot: seqno="
              + Long.toUnsignedString(seqno)
              + ", snapshotStart="
              + Long.toUnsignedString(snapshotStart)
              + ", snapshotEnd="
              + Long.toUnsignedString(snapshotEnd));
    }
  }

  /** A position with no snapshot under way. */
  public static StreamPosition at(long vbuuid, long seqno) {
    return new StreamPosition(vbuuid, seqno, seqno, seqno);
  }

  /** Whether everything of the snapshot has been received: the state at {@code seqno} is whole. */
  public boolean isConsistent() {
    return seqno == snapshotEnd;
  }
}
