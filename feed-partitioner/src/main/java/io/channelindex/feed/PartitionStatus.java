package io.channelindex.feed;

import org.jspecify.annotations.Nullable;

/**
 * How a partition is.
 *
 * @param partition its number
 * @param state what it does
 * @param openStreams how many of its vbuckets' streams are open; 0 while there is no connection to
 *     any node
 * @param vbuckets how many vbuckets it has
 * @param reason why it does not run, or not all of its streams are open, for people; null while all
 *     is well
 * @param restarts how often it was stopped and taken again
 */
public record PartitionStatus(
    int partition,
    State state,
    int openStreams,
    int vbuckets,
    @Nullable String reason,
    long restarts) {
  /** What a partition does. */
  public enum State {
    /** It is being taken, or its streams are being opened. */
    STARTING,
    /** It runs; single streams may be reopening. */
    RUNNING,
    /** It stopped after a failure and will be taken again. */
    BACKING_OFF,
    /** Somebody else owns it. */
    LOST,
    /** It was closed. */
    CLOSED
  }
}
