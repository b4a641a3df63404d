/** Clients of the changes server: followers of channels, and writers of documents. */
@NullMarked
package io.channelindex.perf.follow;

import org.jspecify.annotations.NullMarked;
