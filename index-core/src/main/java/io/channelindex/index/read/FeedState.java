package io.channelindex.index.read;

import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import org.jspecify.annotations.Nullable;

/**
 * Where a feed stands: what its token says, with the branches themselves in place of their digest.
 *
 * @param branches under which the clocks were read
 * @param span the clock up to which everything was delivered, and a lower one that is as good for
 *     the feed's channels
 * @param iteration the iteration under way
 */
record FeedState(BranchVector branches, ClockSpan span, @Nullable Iteration iteration) {
  /** Everything up to a clock was delivered. */
  static FeedState at(BranchVector branches, SequenceClock since) {
    return new FeedState(branches, ClockSpan.exactly(since), null);
  }

  /** The clock up to which everything was delivered. */
  SequenceClock since() {
    return span.high();
  }

  /**
   * The clock that the feed goes to: that of its iteration, or what is readable. It never lies
   * before what was delivered: this node may know less than the one that delivered it.
   */
  SequenceClock upper(StableView view) {
    if (iteration != null) {
      return iteration.upper();
    }
    return view.clock().covers(since()) ? view.clock() : view.clock().merge(since());
  }
}
