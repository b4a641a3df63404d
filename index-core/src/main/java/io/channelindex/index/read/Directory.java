package io.channelindex.index.read;

import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.ActiveState;

/**
 * What the head of a channel says in one partition: which blocks there are, and up to which seqnos
 * they hold entries. Immutable; two of the same content are not equal, because what was read of the
 * active block belongs to the one that named it.
 */
final class Directory implements Cached {
  /** A channel that the partition has no head of. */
  static final Directory EMPTY =
      new Directory(
          new long[0], Summaries.NONE, Summaries.NONE, Summaries.NONE, -1, ActiveState.NOT_STORED);

  private static final int BYTES = 128;

  private final long[] clock;
  private final Summaries packed;
  private final Summaries pages;
  private final Summaries closed;
  private final int activeNumber;
  private final ActiveState activeState;

  private Directory(
      long[] clock,
      Summaries packed,
      Summaries pages,
      Summaries closed,
      int activeNumber,
      ActiveState activeState) {
    this.clock = clock;
    this.packed = packed;
    this.pages = pages;
    this.closed = closed;
    this.activeNumber = activeNumber;
    this.activeState = activeState;
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
        head.active(),
        head.activeState());
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

  /** Whether a missing active block means that the directory is old. */
  boolean activeMustExist() {
    return activeState == ActiveState.STORED;
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
