package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Status;

/**
 * The answer to a lookup.
 *
 * @param status of the response; what it says about single paths is in the value
 * @param value of the response
 * @param datatype of the response
 */
// Bytes on their way through, handed over and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record LookupResult(Status status, byte[] value, int datatype) {}
