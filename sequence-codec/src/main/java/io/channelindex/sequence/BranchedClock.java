package io.channelindex.sequence;

/**
 * A clock and the history branches that its seqnos are of: what {@link SequenceClock} leaves to its
 * caller is checked here. Every operation with another clock throws {@link BranchMismatchException}
 * if that is of other branches, and {@link IllegalArgumentException} if it is of another number of
 * vbuckets.
 *
 * @param clock the seqnos
 * @param branches the {@linkplain BranchVector#digest digest} of the branches
 */
public record BranchedClock(SequenceClock clock, long branches) {
  /** The clock before the first mutation on these branches. */
  public static BranchedClock zero(BranchVector branches) {
    return new BranchedClock(SequenceClock.zero(branches.vbuckets()), branches.digest());
  }

  /** See {@link SequenceClock#merge}. */
  public BranchedClock merge(BranchedClock other) {
    return new BranchedClock(clock.merge(sameBranches(other)), branches);
  }

  /** See {@link SequenceClock#compare}. */
  public ClockOrder compare(BranchedClock other) {
    return clock.compare(sameBranches(other));
  }

  /** See {@link SequenceClock#covers}. */
  public boolean covers(BranchedClock other) {
    return clock.covers(sameBranches(other));
  }

  /** See {@link SequenceClock#changedSince}. */
  public VbucketSet changedSince(BranchedClock earlier) {
    return clock.changedSince(sameBranches(earlier));
  }

  /** See {@link SequenceClock#minus}. */
  public SequenceClock minus(BranchedClock earlier) {
    return clock.minus(sameBranches(earlier));
  }

  /** See {@link SequenceClock#restrictedTo}. */
  public BranchedClock restrictedTo(VbucketSet vbuckets) {
    return new BranchedClock(clock.restrictedTo(vbuckets), branches);
  }

  private SequenceClock sameBranches(BranchedClock other) {
    if (other.branches != branches) {
      throw new BranchMismatchException(branches, other.branches);
    }
    return other.clock;
  }

  @Override
  public String toString() {
    return "branched[branches=" + Long.toHexString(branches) + ", " + clock + ']';
  }
}
