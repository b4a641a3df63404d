/** What the node tells clients about itself: nodes, buckets and the vbucket map. */
@NullMarked
package io.channelindex.embedded.cluster;

import org.jspecify.annotations.NullMarked;
