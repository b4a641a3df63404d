/** The connection to a target through the real clients: key-value and change feed. */
@NullMarked
package io.channelindex.perf.cluster;

import org.jspecify.annotations.NullMarked;
