/** Clocks as bytes: codecs behind one abstract class, each with a stable id in its header. */
@NullMarked
package io.channelindex.sequence.codec;

import org.jspecify.annotations.NullMarked;
