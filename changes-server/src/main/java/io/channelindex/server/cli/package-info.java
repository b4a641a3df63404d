/** The server as a process. */
@NullMarked
package io.channelindex.server.cli;

import org.jspecify.annotations.NullMarked;
