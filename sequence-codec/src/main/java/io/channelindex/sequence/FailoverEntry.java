package io.channelindex.sequence;

/**
 * One line of a vbucket's failover log as the data service tells it, newest first in a log.
 *
 * @param vbuuid the history branch
 * @param seqno the seqno at which it began: what is above belongs to it
 */
public record FailoverEntry(long vbuuid, long seqno) {}
