package io.channelindex.embedded.engine;

/**
 * Hears that a vbucket has news. Called under the vbucket's lock by whoever writes: implementations
 * only set a flag or queue a task, and never call the vbucket.
 */
public interface MutationListener {
  /** There is at least one seqno more than before. */
  void onMutation();

  /** The vbucket's history cannot be followed any longer. */
  void onClosed(CloseReason reason);

  /** Why a vbucket's history cannot be followed any longer. */
  enum CloseReason {
    /** The vbucket is not active any more. */
    STATE_CHANGED,
    /** A crash took the vbucket back to its persisted state. */
    CRASHED,
    /** The bucket is gone. */
    BUCKET_REMOVED
  }
}
