/**
 * The memcached binary protocol as Couchbase speaks it: opcodes, statuses, features and the frame.
 *
 * <p>Source: {@code docs/BinaryProtocol.md} and {@code docs/dcp/} of couchbase/kv_engine, and the
 * captures of real servers that the tests replay.
 */
@NullMarked
package io.channelindex.embedded.protocol;

import org.jspecify.annotations.NullMarked;
