package io.channelindex.perf.oracle;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a change feed showed: for each document the newest state, for each vbucket how far it got.
 *
 * <p>Assumes that the changes of one vbucket come from one thread at a time (its connection's);
 * different vbuckets may come from different threads. All methods may be called while changes come
 * in.
 */
public final class ObservedState {
  /** Kept as a version where a document is gone. */
  static final int GONE = -1;

  /** 0: never seen; {@link #GONE}; else the version seen last. */
  private final AtomicIntegerArray versions;

  private final AtomicIntegerArray checksums;
  private final AtomicLongArray seqnos;
  private final LongAdder mutations = new LongAdder();
  private final LongAdder deletions = new LongAdder();
  private final LongAdder foreign = new LongAdder();
  private final LongAdder strangers = new LongAdder();
  private final LongAdder reordered = new LongAdder();

  /**
   * @param documents how many documents there are, with indexes from 0
   * @param vbuckets how many vbuckets the bucket has
   */
  public ObservedState(int documents, int vbuckets) {
    versions = new AtomicIntegerArray(documents);
    checksums = new AtomicIntegerArray(documents);
    seqnos = new AtomicLongArray(vbuckets);
  }

  /** A document of the workload was written. */
  public void mutation(int index, int version, int checksum) {
    mutations.increment();
    if (index >= versions.length()) {
      strangers.increment();
      return;
    }
    checksums.setPlain(index, checksum);
    versions.setRelease(index, version);
  }

  /** A document of the workload was deleted, or expired. */
  public void deletion(int index) {
    deletions.increment();
    if (index >= versions.length()) {
      strangers.increment();
      return;
    }
    versions.setRelease(index, GONE);
  }

  /** A change of somebody else's document: of no interest but for the rate. */
  public void foreign() {
    foreign.increment();
  }

  /** A change in the namespace of the workload that the workload cannot have made. */
  public void stranger() {
    strangers.increment();
  }

  /**
   * A vbucket has got to a sequence number; called once for each change, after the change itself.
   */
  public void reached(int vbucket, long seqno) {
    if (Long.compareUnsigned(seqno, seqnos.getPlain(vbucket)) <= 0) {
      reordered.increment();
    } else {
      seqnos.setRelease(vbucket, seqno);
    }
  }

  /**
   * The feed was told that a vbucket is at a sequence number, without a change that it would show.
   */
  public void advanced(int vbucket, long seqno) {
    if (Long.compareUnsigned(seqno, seqnos.getPlain(vbucket)) > 0) {
      seqnos.setRelease(vbucket, seqno);
    }
  }

  /** Where a vbucket is. */
  public long seqno(int vbucket) {
    return seqnos.getAcquire(vbucket);
  }

  /** Mutations of the workload's documents so far, repeated ones included. */
  public long mutations() {
    return mutations.sum();
  }

  /** Deletions of the workload's documents so far. */
  public long deletions() {
    return deletions.sum();
  }

  /** All changes so far, of others too. */
  public long changes() {
    return mutations.sum() + deletions.sum() + foreign.sum();
  }

  /** Changes that the workload cannot have made. */
  public long strangers() {
    return strangers.sum();
  }

  /** Changes that did not come in the order of their vbucket's sequence numbers. */
  public long reordered() {
    return reordered.sum();
  }

  /** 0: never seen; {@link #GONE}; else the version seen last. */
  int version(int index) {
    return versions.getAcquire(index);
  }

  int checksum(int index) {
    return checksums.getPlain(index);
  }
}
