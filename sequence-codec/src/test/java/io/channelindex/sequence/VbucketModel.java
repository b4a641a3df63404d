package io.channelindex.sequence;

import java.util.ArrayList;
import java.util.List;

/**
 * The naive truth about a vbucket's history: every branch that ever was, as a tree. Failover logs
 * are made as the data service makes them (kv_engine, failover-table.cc: createEntry).
 */
final class VbucketModel {
  static final long WHOLE = -1;

  /** A branch; {@code high} is the last seqno that was written to it or carried over. */
  private static final class Branch {
    final int parent;
    final long fork;
    final List<FailoverEntry> log;
    long high;

    Branch(int parent, long fork, List<FailoverEntry> log) {
      this.parent = parent;
      this.fork = fork;
      this.log = log;
      this.high = fork;
    }
  }

  private final List<Branch> branches = new ArrayList<>();
  private final int maxLog;
  private int current;

  /** A new vbucket whose logs have at most so many entries. */
  VbucketModel(int maxLog) {
    this.maxLog = maxLog;
    branches.add(new Branch(-1, 0, List.of(new FailoverEntry(uuid(0), 0))));
  }

  static long uuid(int branch) {
    return 1000L + branch;
  }

  int branches() {
    return branches.size();
  }

  int current() {
    return current;
  }

  long high(int branch) {
    return branches.get(branch).high;
  }

  void write(int mutations) {
    branches.get(current).high += mutations;
  }

  List<FailoverEntry> log() {
    return branches.get(current).log;
  }

  /** A replica that has a branch's history up to a seqno takes over, under a new branch. */
  void failover(int branch, long seqno) {
    List<FailoverEntry> log = new ArrayList<>();
    log.add(new FailoverEntry(uuid(branches.size()), seqno));
    for (FailoverEntry entry : branches.get(branch).log) {
      if (entry.seqno() <= seqno && log.size() < maxLog) {
        log.add(entry);
      }
    }
    current = branches.size();
    branches.add(new Branch(branch, seqno, log));
  }

  /** A node that has all of an old branch comes back and goes on, under the same branch. */
  void reactivate(int branch) {
    current = branch;
  }

  /** The highest seqno up to which two branches have the same history; WHOLE if they are one. */
  long common(int one, int other) {
    long limitOfOne = WHOLE;
    for (int a = one; a >= 0; a = branches.get(a).parent) {
      long limitOfOther = WHOLE;
      for (int b = other; b >= 0; b = branches.get(b).parent) {
        if (a == b) {
          return min(limitOfOne, limitOfOther);
        }
        limitOfOther = min(limitOfOther, branches.get(b).fork);
      }
      limitOfOne = min(limitOfOne, branches.get(a).fork);
    }
    throw new IllegalStateException("no common root: one=" + one + ", other=" + other);
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
