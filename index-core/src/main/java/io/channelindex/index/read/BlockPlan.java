package io.channelindex.index.read;

import io.channelindex.index.read.ChannelCache.Kind;
import java.util.List;

/**
 * The blocks that can hold what a slice wants, as a channel's head and directory listed them.
 *
 * @param slice what is wanted
 * @param directory what the head says
 * @param closed full blocks, oldest first
 * @param closedEntries how many entries those hold
 * @param active whether the block that is being written has to be read
 */
record BlockPlan(
    Slice slice, Directory directory, List<Listed> closed, long closedEntries, Active active)
    implements SlicePlan {
  /**
   * A full block.
   *
   * @param kind as the writer wrote it, or as compaction did
   * @param owner whom its entries belong to in the cache
   */
  record Listed(Kind kind, int number, Object owner) {}

  /** What becomes of the block that is being written. */
  enum Active {
    /** It cannot hold what is wanted. */
    UNREAD,
    /** It is read, and may not be there yet. */
    MAY_BE_MISSING,
    /** It is read, and the head says that it is there. */
    MUST_EXIST
  }

  /** Nothing to read. */
  static BlockPlan nothing(Slice slice, Directory directory) {
    return new BlockPlan(slice, directory, List.of(), 0, Active.UNREAD);
  }

  @Override
  public int blocks() {
    return closed.size() + (active == Active.UNREAD ? 0 : 1);
  }

  @Override
  public long listedEntries() {
    return closedEntries;
  }

  @Override
  public boolean hasUnlisted() {
    return active != Active.UNREAD;
  }

  @Override
  public BlockPlan unlistedOnly() {
    return new BlockPlan(slice, directory, List.of(), 0, active);
  }
}
