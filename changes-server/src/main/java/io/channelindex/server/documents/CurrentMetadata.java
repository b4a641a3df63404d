package io.channelindex.server.documents;

/**
 * The metadata of a document and the mutation as of which they are true.
 *
 * @param seqno of the mutation, unsigned
 * @param metadata without pending leavings
 */
public record CurrentMetadata(long seqno, DocumentMetadata metadata) {}
