/** The goals that codecs, clock algebra and tokens are held to, measured in one run. */
@NullMarked
package io.channelindex.benchmarks.goals;

import org.jspecify.annotations.NullMarked;
