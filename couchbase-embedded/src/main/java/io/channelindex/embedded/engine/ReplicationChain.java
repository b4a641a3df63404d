package io.channelindex.embedded.engine;

import java.util.List;

/**
 * The copies of a vbucket as its active one sees them: how far each replica has got on the branch
 * that is being written. Not thread-safe: its vbucket's lock guards it.
 *
 * <p>While the vbucket moves there are the replicas that it will have, too. What is acknowledged
 * then must be at a majority of either: the copies of now may be gone a moment later. Next time's
 * active one is counted as if it had everything, for it takes over only when it has.
 *
 * <p>Source: {@code engines/ep/src/durability/} of couchbase/kv_engine: a majority is one of the
 * copies asked for, wherever they are, and the active one always has to be part of it.
 */
final class ReplicationChain {
  /** With more, durable writes are refused. */
  private static final int MAX_COPIES = 3;

  private static final class Replica {
    private final VBucket copy;
    private long received;
    private long persisted;

    Replica(VBucket copy) {
      this.copy = copy;
    }
  }

  private final int copies;
  private List<Replica> replicas = List.of();
  private List<Replica> nextReplicas = List.of();

  /** How many of the next replicas are this copy itself. */
  private int nextHere;

  /**
   * A chain without replicas.
   *
   * @param copies asked for, the active one among them
   */
  ReplicationChain(int copies) {
    this.copies = copies;
  }

  private int majority() {
    return copies / 2 + 1;
  }

  /** Whether there are enough copies for a durable write. */
  boolean hasMajority() {
    return copies <= MAX_COPIES && 1 + replicas.size() >= majority();
  }

  /** These copies are the replicas from now on; what is known of those that stay is kept. */
  void follow(List<VBucket> copies) {
    replicas = known(copies);
    nextReplicas = List.of();
    nextHere = 0;
  }

  /** These copies will be the replicas, of {@code here} or of another one. */
  void foresee(VBucket here, List<VBucket> next) {
    nextReplicas = known(next.stream().filter(copy -> copy != here).toList());
    nextHere = next.size() - nextReplicas.size();
  }

  private List<Replica> known(List<VBucket> copies) {
    List<Replica> known = replicas;
    return copies.stream().map(copy -> find(known, copy)).toList();
  }

  private static Replica find(List<Replica> known, VBucket copy) {
    return known.stream()
        .filter(replica -> replica.copy == copy)
        .findFirst()
        .orElseGet(() -> new Replica(copy));
  }

  /** What was acknowledged is of another branch: seqnos are given out again. */
  void forgetAcknowledgements() {
    replicas = replicas.stream().map(replica -> new Replica(replica.copy)).toList();
    nextReplicas = nextReplicas.stream().map(replica -> new Replica(replica.copy)).toList();
  }

  /** A replica has everything up to {@code received}, and on its disk up to {@code persisted}. */
  void acknowledge(VBucket copy, long received, long persisted) {
    acknowledge(replicas, copy, received, persisted);
    acknowledge(nextReplicas, copy, received, persisted);
  }

  private static void acknowledge(
      List<Replica> replicas, VBucket copy, long received, long persisted) {
    for (Replica replica : replicas) {
      if (replica.copy == copy) {
        replica.received = received;
        replica.persisted = persisted;
      }
    }
  }

  /**
   * Whether a write can be committed.
   *
   * @param prepare the seqno of its prepare
   * @param persistedHere the highest seqno on the active copy's disk
   */
  boolean satisfies(Durability.Level level, long prepare, long persistedHere) {
    return satisfiesNow(level, prepare, persistedHere)
        && (level == Durability.Level.NONE || isAtNextReplicas(prepare));
  }

  private boolean satisfiesNow(Durability.Level level, long prepare, long persistedHere) {
    return switch (level) {
      case NONE -> true;
      case MAJORITY -> 1 + received(replicas, prepare) >= majority();
      case MAJORITY_AND_PERSIST_ACTIVE ->
          persistedHere >= prepare && 1 + received(replicas, prepare) >= majority();
      case PERSIST_TO_MAJORITY -> persistedHere >= prepare && 1 + persisted(prepare) >= majority();
    };
  }

  /** In memory, whatever the level: who takes over has everything on its disk before it serves. */
  private boolean isAtNextReplicas(long prepare) {
    int wanted = Math.min(majority(), 1 + nextHere + nextReplicas.size());
    return 1 + nextHere + received(nextReplicas, prepare) >= wanted;
  }

  private static int received(List<Replica> replicas, long seqno) {
    int count = 0;
    for (Replica replica : replicas) {
      count += replica.received >= seqno ? 1 : 0;
    }
    return count;
  }

  private int persisted(long seqno) {
    int count = 0;
    for (Replica replica : replicas) {
      count += replica.persisted >= seqno ? 1 : 0;
    }
    return count;
  }
}
