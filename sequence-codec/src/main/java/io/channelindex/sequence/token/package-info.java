/** What clients carry: opaque tokens that say where a feed stands. */
@NullMarked
package io.channelindex.sequence.token;

import org.jspecify.annotations.NullMarked;
