/** Clocks: their algebra and their codecs. */
@NullMarked
package io.channelindex.benchmarks.clock;

import org.jspecify.annotations.NullMarked;
