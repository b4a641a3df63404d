package io.channelindex.sequence.token;

/**
 * What tokens have cost since they were set up.
 *
 * @param puts clocks that a store was asked to keep
 * @param gets clocks that a store was asked for
 * @param renewals clocks that a store was asked to keep longer
 * @param bases base clocks that were published here
 * @param collisions different clocks that had one name
 * @param failures operations of the store that failed
 * @param standIns stateless tokens that were made in place of others, because a store failed or no
 *     base clock was early enough
 */
public record TokenStatistics(
    long puts,
    long gets,
    long renewals,
    long bases,
    long collisions,
    long failures,
    long standIns) {
  /** Operations that a store was asked for. */
  public long operations() {
    return puts + gets + renewals;
  }
}
