package io.channelindex.index.read;

import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.ChannelHead;

/**
 * What the head of a channel says in one partition: which blocks there are, and up to which seqnos
 * they hold entries. Immutable; two of the same content are not equal, because what was read of the
 * active block belongs to the one that named it.
 */
final class Directory implements Cached {
  /** A channel that the partition has no head of. */
  static final Directory EMPTY =
      new Directory(new long[0], Summaries.NONE, Summaries.NONE, Summaries.NONE, -1);

  private static final int BYTES = 128;

  private final long[] clock;
  private final Summaries packed;
  private final Summaries pages;
  private final Summaries closed;
  private final int activeNumber;
  private final boolean closedCover;

  private Directory(
      long[] clock, Summaries packed, Summaries pages, Summaries closed, int activeNumber) {
    this.clock = clock;
    this.packed = packed;
    this.pages = pages;
    this.closed = closed;
    this.activeNumber = activeNumber;
    long[] listed = new long[clock.length];
    packed.raise(listed);
    pages.raise(listed);
    closed.raise(listed);
    this.closedCover = covers(listed, clock);
  }

  /**
   * A directory as it was read.
   *
   * @param key for messages
   * @param slice of the partition that it must be of
   */
  static Directory of(String key, ChannelHead head, Slice slice) {
    int width = head.clock().size();
    if (!slice.isOf(head.partition(), head.firstVbucket(), width)) {
      throw new IndexStorageException(
          "head of another division: key="
              + key
              + ", partition="
              + head.partition()
              + ", firstVbucket="
              + head.firstVbucket()
              + ", vbuckets="
              + width);
    }
    long[] clock = head.clock().stream().mapToLong(Long::longValue).toArray();
    return new Directory(
        clock,
        Summaries.of(head.compacted().blocks(), width, key),
        Summaries.of(head.pages(), width, key),
        Summaries.of(head.closed(), width, key),
        head.active());
  }

  private static boolean covers(long[] listed, long[] clock) {
    for (int i = 0; i < clock.length; i++) {
      if (Long.compareUnsigned(clock[i], listed[i]) > 0) {
        return false;
      }
    }
    return true;
  }

  boolean isEmpty() {
    return activeNumber < 0;
  }

  /** Whether the channel can hold what a slice wants. */
  boolean mayHold(Slice slice) {
    return slice.mayHold(clock, 0);
  }

  /** What compaction has made of the oldest blocks. */
  Summaries packed() {
    return packed;
  }

  Summaries pages() {
    return pages;
  }

  /** The closed blocks that are on no page. */
  Summaries closed() {
    return closed;
  }

  /** The number of the active block. */
  int activeNumber() {
    return activeNumber;
  }

  /** Whether the head's clock speaks of entries that only the active block can hold. */
  boolean activeMustExist() {
    return !closedCover;
  }

  @Override
  public long bytes() {
    return BYTES
        + (long) Long.BYTES * clock.length
        + packed.bytes()
        + pages.bytes()
        + closed.bytes();
  }
}
