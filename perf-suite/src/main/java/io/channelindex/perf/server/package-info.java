/** The changes server in a process of its own: its configuration, its start and its end. */
@NullMarked
package io.channelindex.perf.server;

import org.jspecify.annotations.NullMarked;
