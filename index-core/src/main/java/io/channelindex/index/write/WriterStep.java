package io.channelindex.index.write;

/** The steps of a commit, in their order (index-bucket.md, "Writing a batch"). */
public enum WriterStep {
  /** Blocks and directory pages. */
  BLOCKS,
  /** Channel clocks with their directories. */
  CLOCKS,
  /** The stable clock: the commit. */
  STABLE,
  /** Hints. */
  WAKE_UPS,
  /** Between commits: compaction (W9). */
  COMPACTION
}
