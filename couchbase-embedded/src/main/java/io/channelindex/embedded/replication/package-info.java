/**
 * How replicas of vbuckets are kept up to date: a link between every two nodes, which can be slow
 * or cut, and a stream on it for every vbucket that is active on the one and a replica on the
 * other. What moves, and what it means to the copies, is the engine's {@link
 * io.channelindex.embedded.engine.ReplicaFeed}.
 */
@NullMarked
package io.channelindex.embedded.replication;

import org.jspecify.annotations.NullMarked;
