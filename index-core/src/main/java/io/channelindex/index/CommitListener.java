package io.channelindex.index;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import java.util.List;
import java.util.Map;

/**
 * Hears what the writers of this process commit, so that those who follow here need not read it
 * back from the index bucket, nor wait until that tells them.
 *
 * <p>Thread-safe. Called on the writers' executors, in the order of each partition's commits; must
 * be quick and must not throw.
 */
public interface CommitListener {
  /** Nobody listens. */
  CommitListener NONE =
      new CommitListener() {
        @Override
        public void committing(Announcement announcement) {}

        @Override
        public void committed(StableDocument document) {}
      };

  /**
   * A stable document is about to be written. Whether it will be there is only known when it is
   * seen, or when {@link #committed} says so: the index bucket may tell its listeners of a write
   * before it answers the writer.
   */
  void committing(Announcement announcement);

  /** A stable document was written. */
  void committed(StableDocument document);

  /**
   * What a commit will make readable.
   *
   * @param partition the partition
   * @param owner who commits, as the stable document will say
   * @param commit the number of the commit, as the stable document will say
   * @param entries by channel, in the order in which they are indexed: every entry that becomes
   *     readable with this commit, and none that was readable before. Those that the stable
   *     document's clock has not passed are in it too. Not to be changed any more
   */
  record Announcement(int partition, String owner, long commit, Map<String, List<Entry>> entries) {}
}
