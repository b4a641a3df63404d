package io.channelindex.embedded.chaos;

/** What can happen to a cluster. */
enum Disturbance {
  // One after the other, as fast as they go.
  ADD_NODE(Kind.TOPOLOGY, 3),
  REMOVE_NODE(Kind.TOPOLOGY, 2),
  REBALANCE(Kind.TOPOLOGY, 4),
  FAIL_OVER(Kind.TOPOLOGY, 4),
  FAIL_OVER_GRACEFULLY(Kind.TOPOLOGY, 2),
  // At any time.
  CRASH(Kind.TROUBLE, 3),
  // From one time to another.
  KILL(Kind.TROUBLE, 3),
  PAUSE(Kind.TROUBLE, 3),
  SLOW_CLIENTS(Kind.TROUBLE, 2),
  CUT_CLIENTS(Kind.TROUBLE, 3),
  SLOW_LINKS(Kind.TROUBLE, 4),
  CUT_LINKS(Kind.TROUBLE, 4),
  STOPPED_DISK(Kind.TROUBLE, 4),
  SLOW_DISK(Kind.TROUBLE, 4),
  FAULTS(Kind.TROUBLE, 4);

  /** What can happen at the same time: troubles can, and one change of the topology. */
  enum Kind {
    TOPOLOGY,
    TROUBLE
  }

  private final Kind kind;
  private final int weight;

  Disturbance(Kind kind, int weight) {
    this.kind = kind;
    this.weight = weight;
  }

  Kind kind() {
    return kind;
  }

  /** How likely it is among those of its kind. */
  int weight() {
    return weight;
  }
}
