package io.channelindex.index.read;

import java.util.List;

/**
 * The blocks that can hold what a slice wants, as a channel's head and directory listed them.
 *
 * @param slice what is wanted
 * @param directory what the head says
 * @param closed numbers of full blocks, oldest first
 * @param closedEntries how many entries those hold
 * @param active whether the block that is being written has to be read
 */
record BlockPlan(
    Slice slice, Directory directory, List<Integer> closed, long closedEntries, Active active) {
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

  /** How many blocks there are to read. */
  int blocks() {
    return closed.size() + (active == Active.UNREAD ? 0 : 1);
  }

  /** The active block only. */
  BlockPlan activeOnly() {
    return new BlockPlan(slice, directory, List.of(), 0, active);
  }
}
