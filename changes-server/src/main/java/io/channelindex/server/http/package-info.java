/**
 * The HTTP side of the changes server: documents and {@code _changes} feeds on the public port,
 * those and operations on the admin port.
 *
 * <p>What a database is, the front is told as a {@link io.channelindex.server.http.HostedDatabase};
 * it reads no index and no bucket itself. Nothing here blocks an event loop, and a feed holds one
 * page of rows at most, whatever its client does.
 *
 * <pre>
 * request ─▶ RequestDispatcher ─▶ Exchange ─▶ DocumentRoutes, BulkRoute, DatabaseRoutes, …
 *                                        └──▶ ChangesRoute ─▶ FeedStream ─▶ FeedFraming ─▶ response
 * </pre>
 */
@NullMarked
package io.channelindex.server.http;

import org.jspecify.annotations.NullMarked;
