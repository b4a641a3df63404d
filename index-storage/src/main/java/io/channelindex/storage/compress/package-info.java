/**
 * General-purpose compression of the documents of the index bucket (feature W11): which there are,
 * and what they need to be undone.
 */
@NullMarked
package io.channelindex.storage.compress;

import org.jspecify.annotations.NullMarked;
