package io.channelindex.sequence;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The history branches of one vbucket that matter to the index, the current one first, each with
 * what of it is still true.
 *
 * <p>Something is <em>tagged</em> with the vbuuid that was current when it was seen, whatever its
 * seqno. A thing tagged (u, s) is part of the current history if u is the current branch, or if
 * {@code s <= end} of u: history up to there was carried over.
 *
 * <p>Immutable.
 *
 * @param branches at least one once a stream was open; empty before
 */
public record BranchHistory(List<Branch> branches) {
  /** Before the first stream. */
  public static final BranchHistory NONE = new BranchHistory(List.of());

  /**
   * The most branches that are remembered; the oldest go first. Ten times as many as the data
   * service's own log has (25): what is tagged with a forgotten branch counts as not true.
   */
  public static final int MAX_BRANCHES = 250;

  private static final long ALL = -1;

  /**
   * One branch.
   *
   * @param vbuuid its identity
   * @param end the highest seqno, unsigned, up to which what is tagged with it is still true; -1
   *     (the greatest unsigned number) for the current branch
   * @param resume where a feed resumes that has seen more of the branch than that: {@code resume <=
   *     end}, lower where the rollback brought back older states of documents
   */
  public record Branch(long vbuuid, long end, long resume) {}

  public BranchHistory {
    branches = List.copyOf(branches);
  }

  /** The current branch's vbuuid; 0 before the first stream. */
  public long current() {
    return branches.isEmpty() ? 0 : branches.get(0).vbuuid();
  }

  /** Whether what is tagged (vbuuid, seqno) is part of the current history. */
  public boolean contains(long vbuuid, long seqno) {
    for (Branch branch : branches) {
      if (branch.vbuuid() == vbuuid) {
        return Long.compareUnsigned(seqno, branch.end()) <= 0;
      }
    }
    return false;
  }

  /**
   * From where a feed goes on that has seen everything up to (vbuuid, seqno): {@code seqno} itself
   * if nothing that it saw, or that stood in for what it saw, was undone; else the common point of
   * the branches, or lower; 0 if the branch is not known.
   *
   * <p>A feed that ends before what was undone may have to go back, too: it may have passed over a
   * state because a newer one was there already, beyond its end, and that one was undone. What was
   * brought back begins above {@link Branch#resume}.
   */
  public long resumePoint(long vbuuid, long seqno) {
    if (seqno == 0) {
      return 0;
    }
    for (Branch branch : branches) {
      if (branch.vbuuid() == vbuuid) {
        return min(seqno, branch.resume());
      }
    }
    return 0;
  }

  /**
   * Up to where what was seen up to (vbuuid, seqno) is still true: {@code seqno} itself, or the
   * common point of the branches, or 0 if the branch is not known. Never below {@link
   * #resumePoint}.
   */
  public long commonPoint(long vbuuid, long seqno) {
    for (Branch branch : branches) {
      if (branch.vbuuid() == vbuuid) {
        return min(seqno, branch.end());
      }
    }
    return 0;
  }

  /**
   * This history after a stream was opened: the log's newest branch is the current one, and the
   * others end where the log says that the next newer one began. Branches that the log does not
   * have any more end where they are, by the branches that it has, provably part of the new current
   * one: at the beginning if it has none that was known.
   *
   * <p>What a branch lost it does not get back, unless it becomes the current one again: a vbuuid
   * is one line of history, whoever goes on with it.
   *
   * @param log as the data service tells it: newest first, not empty
   */
  public BranchHistory observe(List<FailoverEntry> log) {
    return merge(log, ALL, ALL);
  }

  /**
   * This history after the data service refused to go on and asked for a rollback: as {@link
   * #observe}, and branches that the log does not have any more end no later than {@code seqno}.
   *
   * <p>If the log's newest branch is the current one already, no history was lost (tombstones were
   * purged, say) and no branch is cut.
   *
   * @param seqno to where the stream has to go back, unsigned
   * @param resume where feeds resume that saw something that is no longer true, unsigned
   * @param log the failover log after the rollback: newest first, not empty
   */
  public BranchHistory rolledBack(long seqno, long resume, List<FailoverEntry> log) {
    boolean same = !log.isEmpty() && log.get(0).vbuuid() == current();
    return same ? observe(log) : merge(log, seqno, resume);
  }

  private BranchHistory merge(List<FailoverEntry> log, long endOfMissing, long resumeOfCut) {
    if (log.isEmpty()) {
      throw new IllegalArgumentException("a failover log has at least one entry");
    }
    List<Branch> merged = new ArrayList<>();
    long newerStart = ALL;
    long common = 0;
    for (FailoverEntry entry : log) {
      Branch known = find(entry.vbuuid());
      if (known != null) {
        // Both current branches, the former and the new, have this one's history up to there; and
        // so have, as far as they are part of the former, those that the log does not have.
        common = max(common, min(known.end(), newerStart));
      }
      merged.add(
          merged.isEmpty()
              ? new Branch(entry.vbuuid(), ALL, ALL)
              : cut(known, entry.vbuuid(), newerStart, resumeOfCut));
      newerStart = entry.seqno();
    }
    long end = min(common, endOfMissing);
    for (Branch branch : branches) {
      // One that ends at 0 is the same as one that is not known.
      if (end != 0 && branch.end() != 0 && !has(log, branch.vbuuid())) {
        merged.add(cut(branch, branch.vbuuid(), end, resumeOfCut));
      }
    }
    return new BranchHistory(merged.subList(0, Math.min(MAX_BRANCHES, merged.size())));
  }

  /**
   * Every rollback lowers the point where a branch's feeds resume, whether it cuts the branch or
   * not: what was undone may be what a feed saw of the branch before it was cut the first time.
   */
  private static Branch cut(@Nullable Branch known, long vbuuid, long end, long resumeOfCut) {
    if (known == null) {
      // Nobody saw it, or it was forgotten what was undone of it.
      return new Branch(vbuuid, end, 0);
    }
    long newEnd = min(known.end(), end);
    return new Branch(vbuuid, newEnd, min(min(known.resume(), resumeOfCut), newEnd));
  }

  private @Nullable Branch find(long vbuuid) {
    for (Branch branch : branches) {
      if (branch.vbuuid() == vbuuid) {
        return branch;
      }
    }
    return null;
  }

  private static boolean has(List<FailoverEntry> log, long vbuuid) {
    for (FailoverEntry entry : log) {
      if (entry.vbuuid() == vbuuid) {
        return true;
      }
    }
    return false;
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }
}
