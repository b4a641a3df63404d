/** DCP streams per partition: assignment, checkpoints, rollback, membership and failover. */
@NullMarked
package io.channelindex.feed;

import org.jspecify.annotations.NullMarked;
