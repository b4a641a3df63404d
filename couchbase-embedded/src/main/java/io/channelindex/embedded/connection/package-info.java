/**
 * Client connections of the data service: frames in, commands, frames out.
 *
 * <p>A connection lives on one event loop, and so does all of its state; nothing here is
 * thread-safe unless it says so. Commands run where the frame was read, answer into the
 * connection's buffer, and the buffer is flushed when everything that had arrived was answered.
 */
@NullMarked
package io.channelindex.embedded.connection;

import org.jspecify.annotations.NullMarked;
