/** Keys of the index bucket: what it costs to make them. */
@NullMarked
package io.channelindex.benchmarks.keys;

import org.jspecify.annotations.NullMarked;
