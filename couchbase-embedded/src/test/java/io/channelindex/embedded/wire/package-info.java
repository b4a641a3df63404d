/**
 * Tests at the level of bytes on a socket: captures of real servers are replayed against the node,
 * and malformed frames are thrown at it.
 *
 * <p>The client side is written anew here and shares only the enums of {@code protocol} with the
 * node, so that a mistake in the node's codec cannot hide behind the same mistake in the test.
 */
@NullMarked
package io.channelindex.embedded.wire;

import org.jspecify.annotations.NullMarked;
