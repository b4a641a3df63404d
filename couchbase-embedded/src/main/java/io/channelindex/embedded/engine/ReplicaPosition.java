package io.channelindex.embedded.engine;

/**
 * Where a replica is.
 *
 * @param from what it would ask a stream to go on from
 * @param received the end of the last whole range of the history that it has
 * @param persisted how much of that is persisted
 */
record ReplicaPosition(FailoverLog.Position from, long received, long persisted) {}
