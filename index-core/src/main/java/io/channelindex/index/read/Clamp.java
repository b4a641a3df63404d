package io.channelindex.index.read;

import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import org.jspecify.annotations.Nullable;

/**
 * Sets a feed back to what is still true of what it has seen (invariant 12).
 *
 * <p>Per vbucket: a feed that saw everything up to a seqno on a branch goes on from that branch's
 * resume point. An iteration has seen its vbuckets before the position up to its upper clock, the
 * position's own up to the position, though not what later entries up to the upper clock stood in
 * for, and the vbuckets after it up to {@code since} only.
 */
final class Clamp {
  private final FeedState state;
  private final StableView view;
  private final long[] since;
  private final long @Nullable [] upper;
  private int clamped;

  private Clamp(FeedState state, StableView view) {
    this.state = state;
    this.view = view;
    this.since = state.since().toArray();
    this.upper = state.iteration() == null ? null : state.iteration().upper().toArray();
  }

  /**
   * A feed's state under the view's history.
   *
   * @param state the state itself if there is nothing to change
   * @param clamped how many vbuckets were set back
   */
  record Result(FeedState state, int clamped) {}

  static Result to(StableView view, FeedState state) {
    if (state.branches().equals(view.branches())) {
      return new Result(state, 0);
    }
    return new Clamp(state, view).result();
  }

  /**
   * An iteration whose upper clock this node cannot read yet goes only as far as it can: the next
   * one brings the rest. What was delivered stays delivered.
   */
  static FeedState withinReach(StableView view, FeedState state) {
    Iteration iteration = state.iteration();
    if (iteration == null || view.clock().covers(iteration.upper())) {
      return state;
    }
    long[] upper = iteration.upper().toArray();
    for (int vbucket = iteration.vbucket(); vbucket < upper.length; vbucket++) {
      long delivered = state.since().seqno(vbucket);
      if (vbucket == iteration.vbucket()) {
        delivered = max(delivered, iteration.seqno());
      }
      upper[vbucket] = max(delivered, min(upper[vbucket], view.clock().seqno(vbucket)));
    }
    Iteration shorter =
        new Iteration(
            SequenceClock.of(upper), iteration.vbucket(), iteration.seqno(), iteration.document());
    return new FeedState(state.branches(), state.span(), shorter);
  }

  private Result result() {
    Iteration iteration = state.iteration();
    if (iteration == null || upper == null) {
      for (int vbucket = 0; vbucket < since.length; vbucket++) {
        since[vbucket] = resume(vbucket, since[vbucket]);
      }
      return new Result(FeedState.at(view.branches(), SequenceClock.of(since)), clamped);
    }
    for (int vbucket = 0; vbucket < since.length; vbucket++) {
      if (vbucket < iteration.vbucket()) {
        clampDone(vbucket, upper);
      } else if (vbucket > iteration.vbucket()) {
        clampAhead(vbucket, upper);
      }
    }
    Iteration here = clampCurrent(iteration, upper);
    return new Result(
        new FeedState(view.branches(), ClockSpan.exactly(SequenceClock.of(since)), here), clamped);
  }

  private void clampDone(int vbucket, long[] upper) {
    long resume = resume(vbucket, upper[vbucket]);
    if (resume != upper[vbucket]) {
      upper[vbucket] = resume;
      since[vbucket] = resume;
    }
  }

  private void clampAhead(int vbucket, long[] upper) {
    long undone = upper[vbucket];
    since[vbucket] = resume(vbucket, since[vbucket]);
    upper[vbucket] = max(since[vbucket], resumePoint(vbucket, undone));
  }

  private Iteration clampCurrent(Iteration iteration, long[] upper) {
    int vbucket = iteration.vbucket();
    long resume = resumePoint(vbucket, upper[vbucket]);
    if (resume == upper[vbucket]) {
      return new Iteration(
          SequenceClock.of(upper), vbucket, iteration.seqno(), iteration.document());
    }
    // Rows up to the position may have come from undone history, and others may have been passed
    // over for undone ones.
    long seen = max(since[vbucket], iteration.seqno());
    long delivered = min(resumePoint(vbucket, seen), resumePoint(vbucket, since[vbucket]));
    clamped++;
    since[vbucket] = delivered;
    upper[vbucket] = max(delivered, resume);
    return new Iteration(SequenceClock.of(upper), vbucket, delivered, null);
  }

  private long resume(int vbucket, long seqno) {
    long resume = resumePoint(vbucket, seqno);
    if (resume != seqno) {
      clamped++;
    }
    return resume;
  }

  private long resumePoint(int vbucket, long seqno) {
    BranchVector branches = state.branches();
    return view.vbucket(vbucket).history().resumePoint(branches.vbuuid(vbucket), seqno);
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }
}
