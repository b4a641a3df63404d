package io.channelindex.storage.format;

import io.channelindex.storage.EntryState;

/** Which entries of a block have their revision with them. */
public enum Revisions {
  /** Every one. */
  ALL(0),
  /**
   * Those of documents that left or were deleted; a document of its own has the others' (layout
   * hybrid).
   */
  OF_LEAVINGS_ONLY(1);

  private final int code;

  Revisions(int code) {
    this.code = code;
  }

  /** The stable number in blocks. */
  int code() {
    return code;
  }

  /** Whether an entry of this state has its revision with it. */
  boolean includes(EntryState state) {
    return this == ALL || state != EntryState.ACTIVE;
  }
}
