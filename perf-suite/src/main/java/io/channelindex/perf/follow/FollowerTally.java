package io.channelindex.perf.follow;

/**
 * What followers were shown so far, added up.
 *
 * @param rows rows
 * @param missed acknowledged states that a follower was not shown, if they were asked for
 * @param repeated rows that said again what an earlier one had said
 * @param outOfOrder rows that went back, and answers that were none
 * @param unexpected rows of what nobody wrote, or of what is none of the channel's business
 * @param requests requests that were answered
 * @param interruptions answers that broke off, and requests that were refused or lost
 * @param tokens tokens that came with rows and ends
 * @param tokenBytes their length together
 * @param longestToken the longest one
 * @param firstProblem the first thing that was wrong, for a message; empty if nothing was
 */
public record FollowerTally(
    long rows,
    long missed,
    long repeated,
    long outOfOrder,
    long unexpected,
    long requests,
    long interruptions,
    long tokens,
    long tokenBytes,
    long longestToken,
    String firstProblem) {
  /** Of nobody. */
  static final FollowerTally NOTHING = new FollowerTally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "");

  /** Both together. */
  public FollowerTally plus(FollowerTally other) {
    return new FollowerTally(
        rows + other.rows,
        missed + other.missed,
        repeated + other.repeated,
        outOfOrder + other.outOfOrder,
        unexpected + other.unexpected,
        requests + other.requests,
        interruptions + other.interruptions,
        tokens + other.tokens,
        tokenBytes + other.tokenBytes,
        Math.max(longestToken, other.longestToken),
        firstProblem.isEmpty() ? other.firstProblem : firstProblem);
  }
}
