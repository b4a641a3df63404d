package io.channelindex.storage;

/** What an entry says of its document in the channel. */
public enum EntryState {
  /** The document is in the channel. */
  ACTIVE(0),
  /** The document left the channel and lives on. */
  REMOVED(1),
  /** The document was in the channel and was deleted. */
  DELETED(2);

  private final int code;

  EntryState(int code) {
    this.code = code;
  }

  /** The stable number that stands in blocks. */
  public int code() {
    return code;
  }

  /**
   * The state of a number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static EntryState ofCode(int code) {
    for (EntryState state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw new IllegalArgumentException("unknown entry state: code=" + code);
  }
}
