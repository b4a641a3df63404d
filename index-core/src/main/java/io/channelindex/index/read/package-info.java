/** The reading half: stable clock, channel clocks, blocks, merge, feeds and their tokens. */
@NullMarked
package io.channelindex.index.read;

import org.jspecify.annotations.NullMarked;
