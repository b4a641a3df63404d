/** The server's configuration file: one record per section, unknown keys refused. */
@NullMarked
package io.channelindex.server.config;

import org.jspecify.annotations.NullMarked;
