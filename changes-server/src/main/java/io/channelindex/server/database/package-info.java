/** A configured database, opened: its buckets, the partitions it indexes, the index it reads. */
@NullMarked
package io.channelindex.server.database;

import org.jspecify.annotations.NullMarked;
