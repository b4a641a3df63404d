/** Blocks of entries: their formats and compressions beside what general-purpose tools do. */
@NullMarked
package io.channelindex.benchmarks.block;

import org.jspecify.annotations.NullMarked;
