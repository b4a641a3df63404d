/** The node as a process. */
@NullMarked
package io.channelindex.embedded.cli;

import org.jspecify.annotations.NullMarked;
