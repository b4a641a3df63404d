package io.channelindex.embedded.engine;

import java.util.List;

/**
 * A range of a copy's history on its way to a replica: after it, the replica is what the copy was
 * at the range's end.
 *
 * @param from where the replica is when the range begins; 0 if it has nothing, or has to start over
 * @param items each key's newest version in the range, system events among them
 * @param prepared the durable writes that are pending at the end of the range
 * @param failoverLog the branches of the history that the range is of
 * @param purgeSeqno below it, tombstones may be missing
 */
record HistoryRange(
    long from,
    Snapshot items,
    List<PendingWrites.Pending> prepared,
    FailoverLog failoverLog,
    long purgeSeqno)
    implements AutoCloseable {
  long end() {
    return items.end();
  }

  @Override
  public void close() {
    items.close();
  }
}
