/** Clocks that tokens name, kept in the index bucket. */
@NullMarked
package io.channelindex.storage.clocks;

import org.jspecify.annotations.NullMarked;
