package io.channelindex.embedded.json;

/** What an insertion does when objects on the way to its path do not exist. */
public enum MissingParents {
  /** It fails with PATH_NOT_FOUND. */
  REFUSE,
  /** It creates them; array elements are never created on the way. */
  CREATE
}
