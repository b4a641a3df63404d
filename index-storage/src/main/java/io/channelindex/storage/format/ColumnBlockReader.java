package io.channelindex.storage.format;

import io.channelindex.storage.EntryState;

/**
 * Reads the columns of a block, then its entries.
 *
 * <p>Confined to one thread.
 */
final class ColumnBlockReader {
  private static final int LEAST_RUN_BYTES = 3 + Long.BYTES;

  private final PayloadReader payload;
  private final Revisions kept;
  private final int[] vbuckets;
  private final long[] vbuuids;
  private final int[] sizes;
  private final long[] firstSeqnos;
  private final long[] differences;
  private final EntryState[] states;
  private final long epoch;
  private final IdColumnReader ids;
  private final RevisionColumns revisions;

  ColumnBlockReader(PayloadReader payload, String channel, Revisions expected) {
    this.payload = payload;
    payload.channel(channel);
    epoch = payload.varint();
    int count = payload.varint("entries", ColumnBlock.MAX_ENTRIES);
    kept = payload.flag("revisions") ? Revisions.OF_LEAVINGS_ONLY : Revisions.ALL;
    if (kept != expected) {
      throw payload.corrupt("other revisions: kept=" + kept + ", expected=" + expected);
    }
    int runs = payload.count("runs", LEAST_RUN_BYTES);
    vbuckets = new int[runs];
    vbuuids = new long[runs];
    sizes = new int[runs];
    firstSeqnos = new long[runs];
    readRuns(count);
    differences = PackedNumbers.read(payload, count - runs);
    states = new EntryState[count];
    long[] codes = PackedNumbers.read(payload, count);
    int revisionCount = 0;
    for (int i = 0; i < count; i++) {
      states[i] = EntryState.ofCode((int) Math.max(-1, Math.min(codes[i], Integer.MAX_VALUE)));
      revisionCount += kept.includes(states[i]) ? 1 : 0;
    }
    ids = new IdColumnReader(payload, count);
    revisions = new RevisionColumns(payload, revisionCount);
  }

  private void readRuns(int count) {
    int left = count;
    for (int run = 0; run < sizes.length; run++) {
      vbuckets[run] = payload.varint("vbucket", Partitions.MAX);
      vbuuids[run] = payload.fixed();
      sizes[run] = payload.varint("entries of a run", left - 1) + 1;
      firstSeqnos[run] = payload.varint();
      left -= sizes[run];
    }
    if (left != 0) {
      throw payload.corrupt("entries in no run: entries=" + left);
    }
  }

  /** The epoch of the owner who wrote it. */
  long epoch() {
    return epoch;
  }

  /** Gives the entries that a filter wants. */
  void read(EntryFilter filter, EntrySink sink) {
    int entry = 0;
    for (int run = 0; run < sizes.length; run++) {
      long seqno = firstSeqnos[run];
      for (int i = 0; i < sizes[run]; i++, entry++) {
        if (i > 0) {
          seqno = next(seqno, differences[entry - run - 1]);
        } else if (seqno == 0) {
          throw payload.corrupt("entry without a seqno: vbucket=" + vbuckets[run]);
        }
        EntryState state = states[entry];
        boolean hasRevision = kept.includes(state);
        if (filter.wants(vbuckets[run], seqno, vbuuids[run])) {
          String id = ids.read();
          String revision = hasRevision ? revisions.read() : null;
          sink.entry(id, revision, vbuckets[run], seqno, vbuuids[run], state);
        } else {
          ids.skip();
          if (hasRevision) {
            revisions.skip();
          }
        }
      }
    }
  }

  private long next(long seqno, long difference) {
    long next = seqno + difference;
    if (Long.compareUnsigned(next, seqno) < 0) {
      throw payload.corrupt(
          "seqno beyond 2^64: seqno="
              + Long.toUnsignedString(seqno)
              + ", difference="
              + Long.toUnsignedString(difference));
    }
    return next;
  }
}
