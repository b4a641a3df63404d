/**
 * DCP streams per partition.
 *
 * <p>{@link io.channelindex.feed.PartitionedFeed} keeps one {@code PartitionSupervisor} for each
 * partition of the node, and that one {@code StreamControl} for each vbucket: these decide, all on
 * one thread. What comes in goes another way, on the DCP client's threads: {@code DcpConnection} →
 * {@code VbucketStream}, which keeps the position that was delivered → {@link
 * io.channelindex.feed.PartitionSession}. Bytes go back to flow control through a {@code
 * FlowLedger}, at the latest when the session is over.
 *
 * <p>{@link io.channelindex.feed.BucketWatch} is the simple relative for hints.
 */
@NullMarked
package io.channelindex.feed;

import org.jspecify.annotations.NullMarked;
