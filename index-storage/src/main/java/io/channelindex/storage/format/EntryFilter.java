package io.channelindex.storage.format;

/** Chooses entries by where they stand in the history of their vbucket. */
@FunctionalInterface
public interface EntryFilter {
  /** Every entry. */
  EntryFilter ALL = (vbucket, seqno, vbuuid) -> true;

  /**
   * Whether an entry is wanted.
   *
   * @param vbucket its vbucket
   * @param seqno unsigned
   * @param vbuuid the branch under which it was indexed
   */
  boolean wants(int vbucket, long seqno, long vbuuid);
}
