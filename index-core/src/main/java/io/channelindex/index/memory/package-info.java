/**
 * The index in the memory of one node (W1): the baseline that an index in a bucket is compared
 * with.
 *
 * <p>A node that has it consumes the changes of <em>all</em> partitions and keeps every channel's
 * rows in plain arrays, per vbucket ascending by seqno, each entry once for all channels that show
 * the same of a document. Nothing outlives the process: a stream begins at 0 whenever a partition
 * is taken, and what it brings replaces what was there as soon as it is as whole.
 *
 * <p>Nodes share nothing but the data bucket. So a node cannot know what another one told of a
 * branch of history that has ended since: whoever stood on such a branch is told the vbucket again
 * from its beginning.
 */
@NullMarked
package io.channelindex.index.memory;

import org.jspecify.annotations.NullMarked;
