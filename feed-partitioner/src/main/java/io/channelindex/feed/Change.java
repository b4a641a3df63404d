package io.channelindex.feed;

import java.util.Map;

/**
 * One mutation, deletion or expiration of a document of the data bucket, without its body.
 *
 * @param kind what happened
 * @param key the document's key
 * @param vbucket its vbucket
 * @param seqno unsigned
 * @param cas of the document after it
 * @param revisionSeqno how often the document was written
 * @param expiry when it expires, in seconds since 1970; 0 for never
 * @param attributes its extended attributes as JSON bytes by name; the values are the caller's
 * @param acknowledge to be called exactly once when the change needs no memory any more: gives its
 *     bytes back to flow control. Any thread
 */
public record Change(
    Kind kind,
    String key,
    int vbucket,
    long seqno,
    long cas,
    long revisionSeqno,
    long expiry,
    Map<String, byte[]> attributes,
    Runnable acknowledge) {
  /** What happened to the document. */
  public enum Kind {
    /** It was written. */
    MUTATION,
    /** It was deleted, or expired where the data service does not tell that. */
    DELETION,
    /**
     * It expired. The data service tells that only to who asks for the times of deletions, too,
     * which the DCP client 0.56 does not.
     */
    EXPIRATION
  }
}
