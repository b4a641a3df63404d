/**
 * The data of one node: its copies of buckets, with vbuckets, documents, collections, failover
 * logs.
 *
 * <p>A {@link io.channelindex.embedded.engine.VBucket} is the unit of concurrency: each has a lock
 * of its own, nothing on the path of an operation is shared between two of them. It keeps its
 * documents in two structures: a hash table by key ({@code ItemTable}) and a log by seqno ({@code
 * SeqnoLog}) that holds only the newest version of each key, which is what makes a DCP backfill
 * deduplicated. Versions are immutable ({@link io.channelindex.embedded.engine.Item}), so a stream
 * hands them to a socket after the lock is released.
 *
 * <p>A copy of a vbucket is active, a replica, or dead. What it is, others decide; a {@link
 * io.channelindex.embedded.engine.ReplicaFeed} brings a replica up to date with an active copy.
 */
@NullMarked
package io.channelindex.embedded.engine;

import org.jspecify.annotations.NullMarked;
