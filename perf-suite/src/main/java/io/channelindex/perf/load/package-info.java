/** What is put on a target: documents, keys, closed and open loops. */
@NullMarked
package io.channelindex.perf.load;

import org.jspecify.annotations.NullMarked;
