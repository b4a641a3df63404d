package io.channelindex.index.read;

/** What there is to be read for a slice, and about how much that is. Immutable. */
sealed interface SlicePlan permits BlockPlan, MemoryPlan {
  /** What is wanted. */
  Slice slice();

  /** How much there is to be read, in blocks. */
  int blocks();

  /** How many entries there are, but for those that nobody has counted. */
  long listedEntries();

  /** Whether there may be entries that nobody has counted. */
  boolean hasUnlisted();

  /** What has to be read to count them. */
  SlicePlan unlistedOnly();
}
