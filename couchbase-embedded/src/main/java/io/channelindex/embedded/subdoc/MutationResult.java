package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Status;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a mutation, and what is to be stored.
 *
 * @param status of the response
 * @param value of the response
 * @param datatype of the response
 * @param effect what is to be stored; null if, and only if, the mutation failed
 */
// Bytes on their way through, handed over and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record MutationResult(
    Status status, byte[] value, int datatype, @Nullable MutationEffect effect) {}
