package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Datatype;

/**
 * A stored document, or its tombstone, as a sub-document command sees it.
 *
 * @param value the section of attributes, if the datatype says so, and the body; not compressed and
 *     not changed by anybody
 * @param datatype bits of {@link Datatype}, without {@link Datatype#SNAPPY}
 * @param flags the client's 32 bits, as an integer
 * @param expiry seconds since the epoch, unsigned; 0 is never. For a tombstone when it was deleted
 * @param cas of the document: nanoseconds since the epoch with a logical counter in the low bits
 * @param seqno of the mutation that stored it
 * @param revision how often the document was changed
 * @param vbucketUuid the identity of the vbucket's history
 */
// Bytes on their way through, handed over and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record SubdocSource(
    byte[] value,
    int datatype,
    int flags,
    int expiry,
    long cas,
    long seqno,
    long revision,
    DocumentState state,
    long vbucketUuid) {

  /** Refuses a compressed value: nothing here could read it. */
  public SubdocSource {
    if (Datatype.isSnappy(datatype)) {
      throw new IllegalArgumentException("datatype=" + datatype);
    }
  }

  boolean isDeleted() {
    return state == DocumentState.DELETED;
  }
}
