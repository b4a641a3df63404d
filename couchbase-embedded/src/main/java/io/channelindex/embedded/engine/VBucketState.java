package io.channelindex.embedded.engine;

/** The role of this node's copy of a vbucket; the codes are those of the protocol. */
public enum VBucketState {
  /** Serves clients. */
  ACTIVE(1),
  /** Follows the active copy on another node. */
  REPLICA(2),
  /** Is being taken over. */
  PENDING(3),
  /** Serves nobody. */
  DEAD(4);

  private final int code;

  VBucketState(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
