/** Clocks as production makes them, by name and seed, with the least that each can take. */
@NullMarked
package io.channelindex.sequence.distribution;

import org.jspecify.annotations.NullMarked;
