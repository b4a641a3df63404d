package io.channelindex.embedded.chaos;

/**
 * What names a write in the history of its vbucket.
 *
 * @param vbucket which
 * @param vbuuid the branch that it was written on
 * @param seqno its place there; of a durable write, the place of its prepare
 */
record Token(int vbucket, long vbuuid, long seqno) {}
