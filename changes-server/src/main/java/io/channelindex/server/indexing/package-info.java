/** From the stream of changes to the channel index: what a change says to which channels. */
@NullMarked
package io.channelindex.server.indexing;

import org.jspecify.annotations.NullMarked;
