package io.channelindex.index.write;

import io.channelindex.index.write.MemoryHistory.Trouble;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random histories of an index in memory, against the same model and the same clients as those of
 * an index in a bucket (invariants 1, 3 to 9, 12 and 14).
 */
@ExtendWith(Silence.class)
class MemoryHistoriesTest {
  @Test
  void withoutTroubleReadersSeeTheDataAtTheStableClock() {
    assertHistories(EnumSet.noneOf(Trouble.class), 1_000);
  }

  @Test
  void whatIsBroughtAgainIsNoNews() {
    assertHistories(EnumSet.of(Trouble.REPLAY, Trouble.DISCONNECT, Trouble.TAKE_AGAIN), 2_000);
  }

  @Test
  void tokensGoOnOverRestartsAndOnOtherNodes() {
    assertHistories(EnumSet.of(Trouble.RESTART, Trouble.COMPACT), 3_000);
  }

  @Test
  void lostHistoryIsUndone() {
    assertHistories(EnumSet.of(Trouble.FAIL_OVER, Trouble.DISCONNECT), 4_000);
  }

  @Test
  void lostHistoryIsUndoneByNodesThatNeverSawIt() {
    assertHistories(EnumSet.of(Trouble.FAIL_OVER, Trouble.RESTART, Trouble.TAKE_AGAIN), 5_000);
  }

  @Test
  void purgedAndFlushedDocumentsDoNotStay() {
    assertHistories(EnumSet.of(Trouble.PURGE, Trouble.FLUSH, Trouble.TAKE_AGAIN), 6_000);
  }

  @Test
  void everythingGoesWrongAtOnce() {
    assertHistories(Histories.troubles(Trouble.class, EnumSet.allOf(Trouble.class)), 7_000);
  }

  /** Nothing is wrong, though all of this went wrong and clients read all the time. */
  private static void assertHistories(Set<Trouble> troubles, long base) {
    Histories.ofSeedsFrom(base * 1_000, seed -> MemoryHistory.run(seed, troubles))
        .assertSufficient(troubles);
  }
}
