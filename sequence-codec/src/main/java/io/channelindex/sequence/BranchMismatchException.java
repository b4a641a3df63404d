package io.channelindex.sequence;

/**
 * Clocks of different history branches were to be put together: their seqnos mean nothing to each
 * other.
 */
public final class BranchMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long branches;
  private final long otherBranches;

  BranchMismatchException(long branches, long otherBranches) {
    super(
        "clocks of different history branches: branches="
            + Long.toHexString(branches)
            + ", other="
            + Long.toHexString(otherBranches));
    this.branches = branches;
    this.otherBranches = otherBranches;
  }

  /** The branch digest of the clock that was asked. */
  public long branches() {
    return branches;
  }

  /** The branch digest of the clock that it was given. */
  public long otherBranches() {
    return otherBranches;
  }
}
