/** The command line of the suite and the order of a run. */
@NullMarked
package io.channelindex.perf.cli;

import org.jspecify.annotations.NullMarked;
