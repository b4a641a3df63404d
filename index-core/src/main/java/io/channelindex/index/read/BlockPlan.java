package io.channelindex.index.read;

import java.util.List;

/**
 * The blocks that can hold what a slice wants, as a channel's head and directory listed them.
 *
 * @param slice what is wanted
 * @param closed numbers of full blocks, oldest first
 * @param closedEntries how many entries those hold
 * @param active the number of the block that is being written if it has to be read, else -1
 * @param activeMustExist whether the head says that the active block holds something
 */
record BlockPlan(
    Slice slice, List<Integer> closed, long closedEntries, int active, boolean activeMustExist) {
  /** Nothing to read. */
  static BlockPlan nothing(Slice slice) {
    return new BlockPlan(slice, List.of(), 0, -1, false);
  }

  /** How many blocks there are to read. */
  int blocks() {
    return closed.size() + (active < 0 ? 0 : 1);
  }

  /** The active block only. */
  BlockPlan activeOnly() {
    return new BlockPlan(slice, List.of(), 0, active, activeMustExist);
  }
}
