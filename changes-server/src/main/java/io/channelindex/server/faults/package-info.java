/** Faults that are planted on purpose, to prove that checks notice them. */
@NullMarked
package io.channelindex.server.faults;

import org.jspecify.annotations.NullMarked;
