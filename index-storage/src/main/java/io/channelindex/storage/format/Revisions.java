package io.channelindex.storage.format;

import io.channelindex.storage.EntryState;

/** Which entries of a block have their revision with them. */
public enum Revisions {
  /** Every one. */
  ALL,
  /** Those of documents that left or were deleted; a document of its own has the others'. */
  OF_LEAVINGS_ONLY;

  /** Whether an entry of this state has its revision with it. */
  boolean includes(EntryState state) {
    return this == ALL || state != EntryState.ACTIVE;
  }
}
