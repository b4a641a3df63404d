/**
 * How the entries of a channel are arranged in blocks and in documents beside them (W2 to W5).
 *
 * <p>What all layouts have in common stands outside: a channel has, in each partition, a head that
 * lists numbered blocks; the last of them is active and grows; full ones are closed and do not
 * change any more. A {@link io.channelindex.storage.layout.Layout} says what stands in a block, how
 * an active block is brought up to date, and what else has to be written so that its entries can be
 * read.
 */
@NullMarked
package io.channelindex.storage.layout;

import org.jspecify.annotations.NullMarked;
