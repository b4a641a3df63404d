package io.channelindex.index.read;

import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import io.channelindex.sequence.token.FeedToken.Stage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sets a feed back to what is still true of what it has seen (invariant 12).
 *
 * <p>Per vbucket: a feed that saw everything up to a seqno on a branch goes on from that branch's
 * resume point. An iteration has seen all of its vbuckets before the position. Of the others it may
 * have seen anything up to its upper clock, and it has passed over what later entries stood in for.
 *
 * <p>A feed that was set back has seen more than it goes on from, and a later rollback can undo
 * that too. So it goes on with an iteration: to where what it has seen is still true.
 *
 * <p>A backfill begins again if anything that its iteration reaches to was undone.
 */
final class Clamp {
  private final FeedState state;
  private final StableView view;
  private final long[] since;
  private final long[] upper;
  private int clamped;

  private Clamp(FeedState state, StableView view) {
    this.state = state;
    this.view = view;
    this.since = state.since().toArray();
    this.upper = (state.iteration() == null ? state.since() : state.iteration().upper()).toArray();
  }

  /**
   * A feed's state under the view's history.
   *
   * @param state the state itself if there is nothing to change
   * @param clamped of how many vbuckets it had undone history before it or behind it
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
    boolean news = iteration.stage() == Stage.NEWS;
    // Of several rows with one seqno some are left, which are out of reach, too: they come again.
    boolean amongRows =
        news
            && iteration.document() != null
            && Long.compareUnsigned(view.clock().seqno(iteration.vbucket()), iteration.seqno()) < 0;
    long seqno = amongRows ? iteration.seqno() - 1 : iteration.seqno();
    long[] upper = iteration.upper().toArray();
    for (int vbucket = news ? iteration.vbucket() : 0; vbucket < upper.length; vbucket++) {
      long delivered = state.since().seqno(vbucket);
      if (news && vbucket == iteration.vbucket()) {
        delivered = max(delivered, seqno);
      }
      upper[vbucket] = max(delivered, min(upper[vbucket], view.clock().seqno(vbucket)));
    }
    Iteration shorter =
        new Iteration(
            SequenceClock.of(upper),
            iteration.stage(),
            iteration.vbucket(),
            seqno,
            amongRows ? null : iteration.document());
    return new FeedState(state.branches(), state.span(), shorter);
  }

  private Result result() {
    Iteration iteration = state.iteration();
    if (iteration != null && iteration.stage() == Stage.BACKFILL) {
      return backfill(iteration);
    }
    if (iteration != null) {
      // What is done is done, whatever it began at.
      System.arraycopy(upper, 0, since, 0, iteration.vbucket());
    }
    boolean holds = iteration != null && isTrue(iteration.vbucket());
    for (int vbucket = 0; vbucket < since.length; vbucket++) {
      if (!isTrue(vbucket)) {
        setBack(vbucket);
      }
    }
    int first = Arrays.mismatch(since, upper);
    Iteration goOn = null;
    if (holds && iteration != null && first >= iteration.vbucket()) {
      goOn = iterate(iteration.vbucket(), iteration.seqno(), iteration.document());
    } else if (first >= 0) {
      goOn = iterate(first, since[first], null);
    }
    ClockSpan span = ClockSpan.exactly(SequenceClock.of(since));
    return new Result(new FeedState(view.branches(), span, goOn), clamped);
  }

  private Result backfill(Iteration iteration) {
    for (int vbucket = 0; vbucket < since.length; vbucket++) {
      if (!isTrue(vbucket)) {
        setBack(vbucket);
      }
    }
    if (clamped == 0) {
      return new Result(new FeedState(view.branches(), state.span(), iteration), 0);
    }
    ClockSpan span = ClockSpan.exactly(SequenceClock.of(since));
    Iteration again = new Iteration(SequenceClock.of(upper), Stage.BACKFILL, 0, 0, null);
    return new Result(new FeedState(view.branches(), span, again), clamped);
  }

  /** Whether all that the feed may have seen of a vbucket, or passed over, is still as it was. */
  private boolean isTrue(int vbucket) {
    long vbuuid = state.branches().vbuuid(vbucket);
    return history(vbucket).resumePoint(vbuuid, upper[vbucket]) == upper[vbucket];
  }

  private void setBack(int vbucket) {
    long vbuuid = state.branches().vbuuid(vbucket);
    long resume = history(vbucket).resumePoint(vbuuid, upper[vbucket]);
    since[vbucket] = min(since[vbucket], resume);
    upper[vbucket] = history(vbucket).commonPoint(vbuuid, upper[vbucket]);
    clamped++;
  }

  private BranchHistory history(int vbucket) {
    return view.vbucket(vbucket).history();
  }

  private Iteration iterate(int vbucket, long seqno, @Nullable String document) {
    return new Iteration(SequenceClock.of(upper), vbucket, seqno, document);
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }
}
