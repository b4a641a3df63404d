/**
 * What the nodes have in common: who they are, which buckets there are and who has which vbucket,
 * how that changes, and what clients are told of it.
 */
@NullMarked
package io.channelindex.embedded.cluster;

import org.jspecify.annotations.NullMarked;
