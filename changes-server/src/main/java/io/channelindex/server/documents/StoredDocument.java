package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * A document as it is now.
 *
 * @param id its id, which is its key
 * @param revision {@code generation-digest}
 * @param deleted whether it is a tombstone
 * @param channels the channels that it is in, {@code *} not among them
 * @param body without {@code _id} and {@code _rev}; empty for a tombstone
 */
public record StoredDocument(
    String id, String revision, boolean deleted, Set<String> channels, ObjectNode body) {}
