/** An in-process Couchbase data node that the real clients talk to over sockets. */
@NullMarked
package io.channelindex.embedded;

import org.jspecify.annotations.NullMarked;
