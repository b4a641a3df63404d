package io.channelindex.sequence;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A vector clock: for every vbucket the seqno up to which something is true. Seqnos are unsigned
 * 64-bit numbers; 0 stands before the first mutation of a vbucket.
 *
 * <p>Immutable. Two clocks can be compared only if they have the same number of vbuckets and their
 * seqnos are of the same history branches ({@link BranchVector}); the first is checked here, the
 * second is the caller's.
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
    long[] merged = seqnos.clone();
    for (int vbucket = 0; vbucket < merged.length; vbucket++) {
      if (Long.compareUnsigned(other.seqnos[vbucket], merged[vbucket]) > 0) {
        merged[vbucket] = other.seqnos[vbucket];
      }
    }
    return new SequenceClock(merged);
  }

  /** Whether this clock is at or after the other in every vbucket. */
  public boolean covers(SequenceClock other) {
    requireSameShape(other);
    for (int vbucket = 0; vbucket < seqnos.length; vbucket++) {
      if (Long.compareUnsigned(seqnos[vbucket], other.seqnos[vbucket]) < 0) {
        return false;
      }
    }
    return true;
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

  /** The seqnos, that of vbucket 0 first: a copy. */
  public long[] toArray() {
    return seqnos.clone();
  }

  private void requireSameShape(SequenceClock other) {
    if (other.seqnos.length != seqnos.length) {
      throw new IllegalArgumentException(
          "clocks of different shape: vbuckets="
              + seqnos.length
              + ", other="
              + other.seqnos.length);
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
