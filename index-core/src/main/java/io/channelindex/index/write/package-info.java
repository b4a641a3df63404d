/** The writing half: one writer per owned partition, from changes to committed index documents. */
@NullMarked
package io.channelindex.index.write;

import org.jspecify.annotations.NullMarked;
