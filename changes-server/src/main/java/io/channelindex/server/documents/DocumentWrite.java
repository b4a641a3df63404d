package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A write that a client asks for.
 *
 * @param id 1 … 249 bytes of UTF-8, not beginning with {@code _}
 * @param parent the revision that it replaces; null for a new document, or over a tombstone
 * @param deleted whether it deletes
 * @param body the new body, without members that begin with {@code _}
 */
public record DocumentWrite(String id, @Nullable String parent, boolean deleted, ObjectNode body) {}
