package io.channelindex.storage.layout;

/**
 * A block as it was read.
 *
 * @param key its key, for messages
 * @param document its bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredBlock(String key, byte[] document) {}
