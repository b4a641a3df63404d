package io.channelindex.embedded.subdoc;

/**
 * What a mutation leaves in place of the document.
 *
 * @param state whether it is stored as a document or as a tombstone
 * @param value the section of attributes, if the datatype says so, and the body; a tombstone has no
 *     body
 * @param datatype bits of {@link io.channelindex.embedded.protocol.Datatype}
 * @param flags the client's 32 bits
 */
// Bytes on their way through, handed over and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record MutationEffect(DocumentState state, byte[] value, int datatype, int flags) {}
