/**
 * The change protocol, producer side: streams of a vbucket's history over one connection, with flow
 * control.
 *
 * <p>A {@link io.channelindex.embedded.dcp.DcpProducer} and its streams live on the event loop of
 * their connection. A mutation only flags its streams as ready; the event loop then reads snapshots
 * and writes as much as the socket and the client's window take. Nothing is buffered for a client
 * that does not read, but one small batch a stream.
 *
 * <p>Source: {@code docs/dcp/} of couchbase/kv_engine and the captures.
 */
@NullMarked
package io.channelindex.embedded.dcp;

import org.jspecify.annotations.NullMarked;
