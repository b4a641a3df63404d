package io.channelindex.perf.cluster;

/**
 * Told of the changes of a bucket. The changes of one vbucket come in order and one at a time;
 * those of different vbuckets may come from different threads, which must not be held up.
 */
public interface ChangeListener {
  /** Nobody is interested: the feed is only asked where it is. */
  ChangeListener NOBODY =
      new ChangeListener() {
        @Override
        public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {}

        @Override
        public void deletion(int vbucket, long seqno, byte[] key) {}

        @Override
        public void advanced(int vbucket, long seqno) {}
      };

  /**
   * A document was written.
   *
   * @param key the key, for the listener to keep
   * @param body the body without extended attributes, for the listener to keep
   */
  void mutation(int vbucket, long seqno, byte[] key, byte[] body);

  /** A document was deleted, or expired. */
  void deletion(int vbucket, long seqno, byte[] key);

  /** A vbucket is at a sequence number, without a change that the feed would show. */
  void advanced(int vbucket, long seqno);
}
