package io.channelindex.sequence;

import io.channelindex.sequence.kernel.ClockKernels;

/**
 * A clock that changes, for writers and decoders: it is made once and used again and again, and
 * only {@link #snapshot} allocates.
 *
 * <pre>
 *   ClockAccumulator indexed = new ClockAccumulator(1024);
 *   for (Batch batch : batches) {
 *     indexed.set(stable);
 *     batch.forEach(entry -&gt; indexed.raise(entry.vbucket(), entry.seqno()));
 *     write(indexed.snapshot());
 *   }
 * </pre>
 *
 * <p>Not thread-safe. It knows of no history branches: see {@link BranchedClock}.
 */
public final class ClockAccumulator {
  private long[] seqnos;

  /** One that stands before the first mutation of each of 1 … 1024 vbuckets. */
  public ClockAccumulator(int vbuckets) {
    this.seqnos = new long[Vbuckets.requireCount(vbuckets)];
  }

  /** The number of vbuckets, 1 … 1024. */
  public int vbuckets() {
    return seqnos.length;
  }

  /**
   * The seqno of a vbucket, unsigned.
   *
   * @throws IndexOutOfBoundsException if there is no such vbucket
   */
  public long seqno(int vbucket) {
    return seqnos[vbucket];
  }

  /** Sets the seqno of a vbucket, also to a lower one. */
  public void set(int vbucket, long seqno) {
    seqnos[vbucket] = seqno;
  }

  /**
   * Sets the seqno of a vbucket if it is higher than the present one.
   *
   * @return whether it was
   */
  public boolean raise(int vbucket, long seqno) {
    if (Long.compareUnsigned(seqno, seqnos[vbucket]) <= 0) {
      return false;
    }
    seqnos[vbucket] = seqno;
    return true;
  }

  /** Raises every vbucket to its seqno in a clock of the same number of vbuckets. */
  public void merge(SequenceClock clock) {
    clock.requireVbuckets(seqnos.length);
    ClockKernels.active().max(seqnos, clock.numbers(), seqnos, seqnos.length);
  }

  /** Becomes what a clock is; of another number of vbuckets, it needs a new array. */
  public void set(SequenceClock clock) {
    System.arraycopy(clock.numbers(), 0, reshape(clock.vbuckets()), 0, clock.vbuckets());
  }

  /** How this stands to a clock of the same number of vbuckets. */
  public ClockOrder compare(SequenceClock clock) {
    clock.requireVbuckets(seqnos.length);
    return SequenceClock.order(seqnos, clock.numbers(), seqnos.length);
  }

  /** A clock of the seqnos as they are now. */
  public SequenceClock snapshot() {
    return SequenceClock.adopt(seqnos.clone());
  }

  /** Makes this one of so many vbuckets, whose seqnos, not yet known, are written to the array. */
  long[] reshape(int vbuckets) {
    if (seqnos.length != vbuckets) {
      seqnos = new long[Vbuckets.requireCount(vbuckets)];
    }
    return seqnos;
  }

  /** The seqnos as a clock says them, for people. */
  @Override
  public String toString() {
    return snapshot().toString();
  }
}
