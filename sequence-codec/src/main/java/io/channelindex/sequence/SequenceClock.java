package io.channelindex.sequence;

import io.channelindex.sequence.kernel.ClockKernels;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A vector clock: for every vbucket the seqno up to which something is true. Seqnos are unsigned
 * 64-bit numbers; 0 stands before the first mutation of a vbucket.
 *
 * <p>Immutable. Two clocks can be compared only if they have the same number of vbuckets and their
 * seqnos are of the same history branches ({@link BranchVector}); the first is checked here, the
 * second is the caller's: {@link BranchedClock} checks it.
 */
public final class SequenceClock {
  private final long[] seqnos;

  private SequenceClock(long[] seqnos) {
    this.seqnos = seqnos;
  }

  /**
   * The clock before the first mutation.
   *
   * @param vbuckets 1 … 1024
   */
  public static SequenceClock zero(int vbuckets) {
    return new SequenceClock(new long[Vbuckets.requireCount(vbuckets)]);
  }

  /** A clock that the array becomes: it must not change any more. */
  static SequenceClock adopt(long[] seqnos) {
    return new SequenceClock(seqnos);
  }

  /** A clock of the seqnos given, that of vbucket 0 first. The array is copied. */
  public static SequenceClock of(long... seqnos) {
    Vbuckets.requireCount(seqnos.length);
    return new SequenceClock(seqnos.clone());
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

  /** This clock with another seqno for one vbucket. */
  public SequenceClock with(int vbucket, long seqno) {
    long[] changed = seqnos.clone();
    changed[vbucket] = seqno;
    return new SequenceClock(changed);
  }

  /** The vbucket-wise maximum. */
  public SequenceClock merge(SequenceClock other) {
    requireSameShape(other);
    // Not a new array that is filled: the JVM would write zeros to it first.
    long[] merged = seqnos.clone();
    ClockKernels.active().max(merged, other.seqnos, merged, merged.length);
    return new SequenceClock(merged);
  }

  /** How this clock stands to the other. */
  public ClockOrder compare(SequenceClock other) {
    requireSameShape(other);
    return order(seqnos, other.seqnos, seqnos.length);
  }

  static ClockOrder order(long[] one, long[] other, int vbuckets) {
    return switch (ClockKernels.active().order(one, other, vbuckets)) {
      case 0 -> ClockOrder.EQUAL;
      case ClockKernels.SOME_BEFORE -> ClockOrder.BEFORE;
      case ClockKernels.SOME_AFTER -> ClockOrder.AFTER;
      default -> ClockOrder.CONCURRENT;
    };
  }

  /** Whether this clock is at or after the other in every vbucket. */
  public boolean covers(SequenceClock other) {
    ClockOrder order = compare(other);
    return order == ClockOrder.EQUAL || order == ClockOrder.AFTER;
  }

  /** The vbuckets in which this clock is after the other. */
  public VbucketSet changedSince(SequenceClock earlier) {
    requireSameShape(earlier);
    long[] words = new long[VbucketSet.wordsOf(seqnos.length)];
    ClockKernels.active().after(seqnos, earlier.seqnos, seqnos.length, words);
    return new VbucketSet(seqnos.length, words);
  }

  /** How far this clock is ahead of the other in every vbucket; 0 where it is not. */
  public SequenceClock minus(SequenceClock earlier) {
    requireSameShape(earlier);
    long[] ahead = new long[seqnos.length];
    ClockKernels.active().ahead(seqnos, earlier.seqnos, ahead, ahead.length);
    return new SequenceClock(ahead);
  }

  /** This clock where the vbucket is in the set; 0 elsewhere. */
  public SequenceClock restrictedTo(VbucketSet vbuckets) {
    requireVbuckets(vbuckets.vbuckets());
    return new SequenceClock(vbuckets.keep(seqnos));
  }

  /** Hands over, in ascending order, the vbuckets in which this clock is after the other. */
  public void forEachAfter(SequenceClock other, IntConsumer vbucket) {
    requireSameShape(other);
    for (int v = 0; v < seqnos.length; v++) {
      if (Long.compareUnsigned(seqnos[v], other.seqnos[v]) > 0) {
        vbucket.accept(v);
      }
    }
  }

  /** The seqnos themselves: not to be written to. */
  long[] numbers() {
    return seqnos;
  }

  /** The seqnos, that of vbucket 0 first: a copy. */
  public long[] toArray() {
    return seqnos.clone();
  }

  private void requireSameShape(SequenceClock other) {
    requireVbuckets(other.seqnos.length);
  }

  void requireVbuckets(int others) {
    if (others != seqnos.length) {
      throw new IllegalArgumentException(
          "clocks of different shape: vbuckets=" + seqnos.length + ", other=" + others);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SequenceClock clock && Arrays.equals(seqnos, clock.seqnos);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(seqnos);
  }

  /** The vbuckets whose seqno is not 0, for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("clock[vbuckets=").append(seqnos.length);
    for (int vbucket = 0; vbucket < seqnos.length; vbucket++) {
      if (seqnos[vbucket] != 0) {
        text.append(", ").append(vbucket).append('=');
        text.append(Long.toUnsignedString(seqnos[vbucket]));
      }
    }
    return text.append(']').toString();
  }
}
