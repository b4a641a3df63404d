package io.channelindex.server.documents;

/** Who knows how far the index is: up to there a document need not remember what it left. */
@FunctionalInterface
public interface StableSeqnos {
  /** Nothing is known to be indexed: nothing is forgotten. */
  StableSeqnos UNKNOWN = (vbucket, vbuuid) -> 0;

  /**
   * Up to which seqno everything is in the index, durable and readable. Must not block.
   *
   * @param vbucket a vbucket
   * @param vbuuid the history branch that the data service is writing
   * @return unsigned; 0 if nothing is known, or known of another branch only
   */
  long stable(int vbucket, long vbuuid);
}
