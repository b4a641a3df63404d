package io.channelindex.embedded.subdoc;

/**
 * What a mutation will be stored with, known in advance under the vbucket's lock.
 *
 * @param cas the document's new CAS
 * @param seqno the mutation's number in the vbucket
 */
public record MutationStamp(long cas, long seqno) {}
