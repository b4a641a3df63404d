/** The index writer and reader, clocks and counters, principals, caches, compaction and healing. */
@NullMarked
package io.channelindex.index;

import org.jspecify.annotations.NullMarked;
