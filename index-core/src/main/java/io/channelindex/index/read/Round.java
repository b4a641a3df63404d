package io.channelindex.index.read;

import io.channelindex.sequence.SequenceClock;
import org.jspecify.annotations.Nullable;

/**
 * Where a feed's round ends, which is a number of pages until it is caught up once: at what was
 * readable when it began, however much comes meanwhile.
 *
 * <p>Changed by one call at a time; thread-safe.
 */
final class Round {
  private volatile @Nullable SequenceClock end;

  /**
   * Where the round under way ends, or one that begins now; what was lost meanwhile cannot be
   * reached any more.
   */
  SequenceClock end(StableView view) {
    SequenceClock known = end;
    if (known == null || !view.clock().covers(known)) {
      known = view.clock();
      end = known;
    }
    return known;
  }

  /** The feed is caught up. */
  void over() {
    end = null;
  }
}
