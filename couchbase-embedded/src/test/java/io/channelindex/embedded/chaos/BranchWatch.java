package io.channelindex.embedded.chaos;

import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.embedded.cluster.NodeState;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.Standing;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps the branches that the vbuckets of a bucket ever had, which their failover logs forget: when
 * each began, as narrowly as it looks, and why. Thread-safe.
 */
final class BranchWatch {
  private static final Set<NodeState> DEAD = EnumSet.of(NodeState.KILLED, NodeState.GONE);

  private final EmbeddedBucket bucket;
  private final Map<Integer, Branches> branches = new TreeMap<>();
  private final Map<Integer, Long> lookedNanos = new HashMap<>();
  private Branches.Cause cause = Branches.Cause.BEGINNING;

  BranchWatch(EmbeddedBucket bucket) {
    this.bucket = bucket;
    for (int vbucket = 0; vbucket < bucket.vbuckets(); vbucket++) {
      lookedNanos.put(vbucket, System.nanoTime());
      branches.put(vbucket, Branches.startingWith(bucket.branches(vbucket).get(0).vbuuid()));
    }
  }

  /** From now on branches begin because of {@code newCause}; {@code BEGINNING}: they must not. */
  synchronized void expect(Branches.Cause newCause) {
    look();
    cause = newCause;
  }

  /** Looks for branches that have begun. */
  synchronized void look() {
    branches.replaceAll(this::extend);
  }

  private Branches extend(int vbucket, Branches known) {
    Optional<EmbeddedNode> active = activeNode(vbucket);
    long before = System.nanoTime();
    List<FailoverLog.Branch> unknown = new ArrayList<>();
    for (FailoverLog.Branch branch : bucket.branches(vbucket)) {
      if (known.indexOf(branch.vbuuid()) < 0) {
        unknown.add(0, branch);
      }
    }
    if (active.isEmpty() || !active.equals(activeNode(vbucket))) {
      // The branch that a killed node will begin is none if another one takes over.
      return known;
    }
    long now = System.nanoTime();
    long lastLook = lookedNanos.getOrDefault(vbucket, before);
    lookedNanos.put(vbucket, before);
    Branches extended = known;
    for (FailoverLog.Branch branch : unknown) {
      extended =
          extended.then(new Branches.Branch(branch.vbuuid(), branch.seqno(), lastLook, now, cause));
    }
    return extended;
  }

  private Optional<EmbeddedNode> activeNode(int vbucket) {
    return bucket.activeNode(vbucket).filter(node -> !DEAD.contains(node.state()));
  }

  /** The branches of every vbucket. */
  synchronized Map<Integer, Branches> branches() {
    return new TreeMap<>(branches);
  }

  /** Where every vbucket is. */
  List<Position> positions() {
    List<Position> positions = new ArrayList<>();
    for (int vbucket = 0; vbucket < bucket.vbuckets(); vbucket++) {
      positions.add(new Position(vbucket, bucket.vbuuid(vbucket), bucket.highSeqno(vbucket)));
    }
    return positions;
  }

  /** Where a vbucket was. */
  record Position(int vbucket, long vbuuid, long seqno) {
    /**
     * Whether replicas are on this branch and have everything up to here, so many that with the
     * active copy they are a majority.
     */
    boolean isReplicated(EmbeddedBucket bucket) {
      List<EmbeddedNode> replicas = bucket.replicaNodes(vbucket);
      int majority = (1 + replicas.size()) / 2 + 1;
      return !replicas.isEmpty()
          && 1 + replicas.stream().filter(node -> isAt(node, bucket.name())).count() >= majority;
    }

    private boolean isAt(EmbeddedNode node, String name) {
      Standing copy = node.bucket(name).standing(vbucket);
      return copy.failoverLog().vbuuid() == vbuuid && copy.seqno() >= seqno;
    }

    boolean isActiveOn(EmbeddedNode node, EmbeddedBucket bucket) {
      return bucket.activeNode(vbucket).filter(node::equals).isPresent();
    }
  }
}
