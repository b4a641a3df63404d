/** The index written and read in this process: its own parts over the real clients, measured. */
@NullMarked
package io.channelindex.perf.indexing;

import org.jspecify.annotations.NullMarked;
