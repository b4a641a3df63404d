/** The port to the index bucket, keys and their co-location, block layouts and compression. */
@NullMarked
package io.channelindex.storage;

import org.jspecify.annotations.NullMarked;
