package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.ArrayList;
import java.util.List;

/**
 * The branches that the history of one vbucket had, oldest first: how it began, and each failover
 * or crash after which it went on from an earlier seqno. Immutable.
 *
 * @param branches at least one
 */
record Branches(List<Branch> branches) {
  /** Why a branch began. */
  enum Cause {
    /** It is the first one. */
    BEGINNING,
    /** The active copy was taken away, and a replica went on. */
    FAILOVER,
    /** The active copy lost what was not on its disk, and went on. */
    CRASH;

    /** Whether it leaves what was acknowledged with {@code level} where it is. */
    boolean keeps(DurabilityLevel level) {
      return switch (this) {
        case BEGINNING -> false;
        case FAILOVER -> level != DurabilityLevel.NONE;
        case CRASH ->
            level == DurabilityLevel.MAJORITY_AND_PERSIST_TO_ACTIVE
                || level == DurabilityLevel.PERSIST_TO_MAJORITY;
      };
    }
  }

  /**
   * A branch.
   *
   * @param vbuuid its identity
   * @param cut the last seqno that it shares with the one before
   * @param notBeforeNanos when it had not begun yet, as a {@link System#nanoTime}
   * @param notAfterNanos when it had
   * @param cause what happened
   */
  record Branch(long vbuuid, long cut, long notBeforeNanos, long notAfterNanos, Cause cause) {}

  /** Keeps what it is given. */
  Branches {
    branches = List.copyOf(branches);
  }

  static Branches startingWith(long vbuuid) {
    return new Branches(List.of(new Branch(vbuuid, 0, 0, 0, Cause.BEGINNING)));
  }

  Branches then(Branch branch) {
    List<Branch> more = new ArrayList<>(branches);
    more.add(branch);
    return new Branches(more);
  }

  int count() {
    return branches.size();
  }

  Branch get(int index) {
    return branches.get(index);
  }

  /** Which branch is called {@code vbuuid}, or -1. */
  int indexOf(long vbuuid) {
    for (int i = 0; i < branches.size(); i++) {
      if (branches.get(i).vbuuid() == vbuuid) {
        return i;
      }
    }
    return -1;
  }

  /** The lowest seqno that the history still goes back to after {@code branch}, or the maximum. */
  long lowestCutAfter(int branch) {
    long lowest = Long.MAX_VALUE;
    for (int i = branch + 1; i < branches.size(); i++) {
      lowest = Math.min(lowest, branches.get(i).cut());
    }
    return lowest;
  }
}
