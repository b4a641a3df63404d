package io.channelindex.index.read;

/**
 * A slice of an index in memory.
 *
 * @param listedEntries how many entries there are, replaced ones among them
 */
record MemoryPlan(Slice slice, long listedEntries) implements SlicePlan {
  /** As many entries as are read as readily as a block is. */
  private static final int BLOCK = 256;

  @Override
  public int blocks() {
    return (int) Math.min(Integer.MAX_VALUE, (listedEntries + BLOCK - 1) / BLOCK);
  }

  @Override
  public boolean hasUnlisted() {
    return false;
  }

  @Override
  public MemoryPlan unlistedOnly() {
    return new MemoryPlan(slice, 0);
  }
}
