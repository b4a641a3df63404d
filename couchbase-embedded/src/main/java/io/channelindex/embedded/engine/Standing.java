package io.channelindex.embedded.engine;

/**
 * What is kept for everybody if a vbucket goes on with one of its copies.
 *
 * @param failoverLog the branches up to {@code seqno}
 * @param seqno the newest seqno, of a replica the end of the last whole range that it received
 */
public record Standing(FailoverLog failoverLog, long seqno) {
  /**
   * Whether more of what was acknowledged is at this replica than at another one of the vbucket.
   *
   * <p>Seqnos tell that only on one branch. A replica that does not know the branch of the other
   * has missed that the history went back; what it has beyond is lost already, and what was
   * acknowledged since is not there, whatever its seqno.
   */
  public boolean isAheadOf(Standing other) {
    boolean followed = failoverLog.contains(other.failoverLog.vbuuid());
    boolean isFollowed = other.failoverLog.contains(failoverLog.vbuuid());
    return followed == isFollowed ? seqno > other.seqno : followed;
  }
}
