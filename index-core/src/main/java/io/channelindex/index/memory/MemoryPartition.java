package io.channelindex.index.memory;

import io.channelindex.index.CommitListener;
import io.channelindex.index.CommitListener.Announcement;
import io.channelindex.index.write.FencedException;
import io.channelindex.index.write.RecentCommits;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is readable of a partition, and who may change it: the writer that took it last (invariant
 * 5).
 *
 * <p>Thread-safe: writers are guarded by its monitor, under which listeners are told, in the order
 * of the commits. Readers take no lock.
 */
final class MemoryPartition {
  private final MemoryIndex index;
  private final int first;
  private final VbucketRows[] rows;
  private volatile StableDocument document;

  MemoryPartition(MemoryIndex index, int partition) {
    PartitionMap map = index.map();
    this.index = index;
    this.first = map.first(partition);
    this.rows = new VbucketRows[map.size(partition)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new VbucketRows();
    }
    this.document = StableDocument.unowned(map, partition);
  }

  StableDocument document() {
    return document;
  }

  /** The rows of a vbucket; to be changed in {@link #commit} only. */
  VbucketRows rows(int vbucket) {
    return rows[vbucket - first];
  }

  long rowCount() {
    long count = 0;
    for (VbucketRows vbucket : rows) {
      count += vbucket.rows();
    }
    return count;
  }

  /** Takes the partition for a new owner; the document that names it. */
  synchronized StableDocument take(CommitListener listener) {
    StableDocument before = document;
    document =
        new StableDocument(
            before.partition(),
            before.firstVbucket(),
            before.epoch() + 1,
            UUID.randomUUID().toString(),
            before.commit() + 1,
            before.vbuckets(),
            RecentCommits.after(before.recent(), Touched.NONE));
    listener.committed(document);
    return document;
  }

  /**
   * Changes rows, and then says so.
   *
   * @param owner who takes itself for the owner
   * @param states of the vbuckets afterwards
   * @param touched the channels in which something becomes readable
   * @param entries all of that, by channel, if it is known
   * @param change to the rows of vbuckets; what it adds is above all that is stable
   * @throws FencedException if there is another owner
   */
  synchronized void commit(
      String owner,
      List<VbucketState> states,
      Touched touched,
      @Nullable Map<String, List<Entry>> entries,
      Consumer<MemoryPartition> change,
      CommitListener listener) {
    requireOwner(owner);
    long before = bytes();
    change.accept(this);
    index.grow(bytes() - before);
    StableDocument known = document;
    StableDocument next =
        new StableDocument(
            known.partition(),
            known.firstVbucket(),
            known.epoch(),
            owner,
            known.commit() + 1,
            states,
            RecentCommits.after(known.recent(), touched));
    if (entries != null) {
      listener.committing(new Announcement(next.partition(), owner, next.commit(), entries));
    }
    document = next;
    listener.committed(next);
  }

  /** Drops the rows that newer ones have replaced. */
  synchronized void compact(String owner) {
    requireOwner(owner);
    long before = bytes();
    for (VbucketRows vbucket : rows) {
      vbucket.compact();
    }
    index.grow(bytes() - before);
  }

  private void requireOwner(String owner) {
    if (!document.owner().equals(owner)) {
      throw new FencedException(
          "partition was taken again: partition="
              + document.partition()
              + ", epoch="
              + document.epoch()
              + ", owner="
              + owner
              + ", foundOwner="
              + document.owner());
    }
  }

  private long bytes() {
    long sum = 0;
    for (VbucketRows vbucket : rows) {
      sum += vbucket.bytes();
    }
    return sum;
  }
}
