/** Java processes that the suite starts, and what they use. */
@NullMarked
package io.channelindex.perf.process;

import org.jspecify.annotations.NullMarked;
