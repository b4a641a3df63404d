/** Documents and revisions, principals, REST and the {@code _changes} feeds. */
@NullMarked
package io.channelindex.server;

import org.jspecify.annotations.NullMarked;
