package io.channelindex.embedded.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The branches of a vbucket's history, newest first: which identity it had from which seqno on.
 * Immutable.
 *
 * <p>Source: {@code docs/dcp/documentation/commands/failover-log.md} and the rollback rules of
 * {@code stream-request.md}.
 */
public final class FailoverLog {
  /** The real server forgets older branches, too: a client that knows only those starts over. */
  static final int MAX_BRANCHES = 25;

  /**
   * A branch.
   *
   * @param vbuuid its identity, never 0
   * @param seqno the seqno at which it began: the last one that it has in common with the older
   *     branch
   */
  public record Branch(long vbuuid, long seqno) {}

  /**
   * Where a consumer says it is.
   *
   * @param vbuuid the branch it knows, or 0
   * @param seqno the last seqno it has seen
   * @param snapshotStart start of the snapshot it was in
   * @param snapshotEnd end of the snapshot it was in
   */
  public record Position(long vbuuid, long seqno, long snapshotStart, long snapshotEnd) {}

  private final List<Branch> branches;

  private FailoverLog(List<Branch> branches) {
    this.branches = List.copyOf(branches);
  }

  static FailoverLog startingWith(long vbuuid) {
    return new FailoverLog(List.of(new Branch(vbuuid, 0)));
  }

  /**
   * The log after a branch {@code vbuuid} began at {@code seqno}. Branches that began later never
   * happened in this history.
   */
  FailoverLog branch(long vbuuid, long seqno) {
    List<Branch> result = new ArrayList<>();
    result.add(new Branch(vbuuid, seqno));
    for (Branch older : branches) {
      if (older.seqno() <= seqno && result.size() < MAX_BRANCHES) {
        result.add(older);
      }
    }
    return new FailoverLog(result);
  }

  /** The log of a history that went back to {@code seqno}: without branches that began later. */
  FailoverLog upTo(long seqno) {
    List<Branch> left = branches.stream().filter(branch -> branch.seqno() <= seqno).toList();
    // The oldest may have begun later: those before it are forgotten.
    return left.isEmpty()
        ? startingWith(branches.get(branches.size() - 1).vbuuid())
        : new FailoverLog(left);
  }

  /** Newest first, at least one. */
  public List<Branch> branches() {
    return branches;
  }

  /** Identity of the branch that is being written. */
  public long vbuuid() {
    return branches.get(0).vbuuid();
  }

  /** Whether {@code vbuuid} is one of the branches. */
  boolean contains(long vbuuid) {
    return branches.stream().anyMatch(branch -> branch.vbuuid() == vbuuid);
  }

  /**
   * The last seqno that {@code vbuuid} and the newest branch have in common.
   *
   * @return empty if the branch is unknown; {@code highSeqno} if it is the newest
   */
  public OptionalLong endOf(long vbuuid, long highSeqno) {
    for (int i = 0; i < branches.size(); i++) {
      if (branches.get(i).vbuuid() == vbuuid) {
        return OptionalLong.of(i == 0 ? highSeqno : branches.get(i - 1).seqno());
      }
    }
    return OptionalLong.empty();
  }

  /**
   * Whether a consumer at {@code position} has seen what is not part of this history, and how far
   * it must go back. What the consumer says is compared unsigned, as it is on the wire.
   *
   * @param highSeqno the vbucket's newest seqno
   * @param purgeSeqno the highest tombstone that was purged; 0 if none
   * @param uuidMatch whether a consumer at 0 must name a known branch as well
   * @return the seqno to go back to, or empty if the stream can go on from {@code position}
   */
  public OptionalLong rollback(
      Position position, long highSeqno, long purgeSeqno, UuidMatch uuidMatch) {
    long seqno = position.seqno();
    if (seqno == 0 && (uuidMatch == UuidMatch.LENIENT_AT_ZERO || position.vbuuid() == 0)) {
      return OptionalLong.empty();
    }
    if (seqno != 0 && Long.compareUnsigned(seqno, purgeSeqno) < 0) {
      return OptionalLong.of(0);
    }
    OptionalLong end = endOf(position.vbuuid(), highSeqno);
    if (end.isEmpty()) {
      return OptionalLong.of(0);
    }
    long common = end.getAsLong();
    // At the start of a snapshot nothing of it was seen; at its end all of it was.
    long snapshotEnd = seqno == position.snapshotStart() ? seqno : position.snapshotEnd();
    if (Long.compareUnsigned(snapshotEnd, common) <= 0) {
      return OptionalLong.empty();
    }
    long snapshotStart = seqno == snapshotEnd ? seqno : position.snapshotStart();
    // Inside a snapshot, deduplication may have hidden what the common part contained.
    return OptionalLong.of(
        Long.compareUnsigned(common, snapshotStart) < 0 ? common : snapshotStart);
  }

  /** How strictly a stream request's branch identity is taken. */
  public enum UuidMatch {
    /** A consumer at seqno 0 is never rolled back. */
    LENIENT_AT_ZERO,
    /** Also a consumer at seqno 0 must name a known branch, unless it names none. */
    STRICT
  }

  @Override
  public String toString() {
    return "FailoverLog" + branches;
  }
}
