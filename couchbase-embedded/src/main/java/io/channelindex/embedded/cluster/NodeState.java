package io.channelindex.embedded.cluster;

/** What a node of a cluster does at present. */
public enum NodeState {
  /** It serves clients. */
  RUNNING,
  /** It stands still: it has its connections and everything else, and does nothing. */
  PAUSED,
  /** It is gone with its connections; what it had persisted is there. */
  KILLED,
  /** It has been started and asks its clients to come again later. */
  WARMING_UP,
  /** It is not of the cluster any more. */
  GONE
}
