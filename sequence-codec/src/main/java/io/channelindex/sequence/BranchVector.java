package io.channelindex.sequence;

import java.util.Arrays;

/**
 * The current history branch (vbuuid) of every vbucket: what makes two clocks comparable. A token
 * carries its digest; the vector itself is stored under that digest.
 *
 * <p>Immutable.
 */
public final class BranchVector {
  private final long[] vbuuids;
  private final long digest;

  private BranchVector(long[] vbuuids) {
    this.vbuuids = vbuuids;
    this.digest = digest(vbuuids);
  }

  /** A vector of the vbuuids given, that of vbucket 0 first; 0 where no stream was open yet. */
  public static BranchVector of(long... vbuuids) {
    Vbuckets.requireCount(vbuuids.length);
    return new BranchVector(vbuuids.clone());
  }

  /** The number of vbuckets, 1 … 1024. */
  public int vbuckets() {
    return vbuuids.length;
  }

  /** The branch of a vbucket; 0 if none was seen. */
  public long vbuuid(int vbucket) {
    return vbuuids[vbucket];
  }

  /** 64 bits that tell this vector from any other: equal vectors have equal digests. */
  public long digest() {
    return digest;
  }

  /** The vbuuids, that of vbucket 0 first: a copy. */
  public long[] toArray() {
    return vbuuids.clone();
  }

  /** Every vbuuid through the finalizer of SplitMix64 (Steele, Lea, Flood 2014), chained. */
  private static long digest(long[] vbuuids) {
    long state = vbuuids.length;
    for (long vbuuid : vbuuids) {
      state = mix(state * 0x9e3779b97f4a7c15L + vbuuid);
    }
    return state;
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BranchVector vector && Arrays.equals(vbuuids, vector.vbuuids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(vbuuids);
  }

  @Override
  public String toString() {
    return "branches[vbuckets=" + vbuuids.length + ", digest=" + Long.toHexString(digest) + ']';
  }
}
