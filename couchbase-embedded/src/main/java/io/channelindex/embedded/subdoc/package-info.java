/**
 * Sub-document commands: reading a request, executing it on a stored document, encoding the answer.
 *
 * <p>Pure functions over byte arrays. A request is decoded, and refused if it is malformed, before
 * any lock is taken ({@link io.channelindex.embedded.subdoc.SubdocRequest#decode}); it is executed
 * under the lock of its vbucket ({@link io.channelindex.embedded.subdoc.SubdocExecutor}). A stored
 * value with extended attributes is laid out as {@link
 * io.channelindex.embedded.subdoc.XattrSection} says.
 *
 * <p>Source: {@code docs/SubDocument.md} and {@code docs/ExtendedAttributes.md} of
 * couchbase/kv_engine, and captures of a 7.6.12 server.
 */
@NullMarked
package io.channelindex.embedded.subdoc;

import org.jspecify.annotations.NullMarked;
