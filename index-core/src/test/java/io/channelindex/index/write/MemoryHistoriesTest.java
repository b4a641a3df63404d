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
  private static final int HISTORIES = Integer.getInteger("history.count", 100);

  @Test
  void withoutTroubleReadersSeeTheDataAtTheStableClock() {
    run(EnumSet.noneOf(Trouble.class), 1_000);
  }

  @Test
  void whatIsBroughtAgainIsNoNews() {
    run(EnumSet.of(Trouble.REPLAY, Trouble.DISCONNECT, Trouble.TAKE_AGAIN), 2_000);
  }

  @Test
  void tokensGoOnOverRestartsAndOnOtherNodes() {
    run(EnumSet.of(Trouble.RESTART, Trouble.COMPACT), 3_000);
  }

  @Test
  void lostHistoryIsUndone() {
    run(EnumSet.of(Trouble.FAIL_OVER, Trouble.DISCONNECT), 4_000);
  }

  @Test
  void lostHistoryIsUndoneByNodesThatNeverSawIt() {
    run(EnumSet.of(Trouble.FAIL_OVER, Trouble.RESTART, Trouble.TAKE_AGAIN), 5_000);
  }

  @Test
  void purgedAndFlushedDocumentsDoNotStay() {
    run(EnumSet.of(Trouble.PURGE, Trouble.FLUSH, Trouble.TAKE_AGAIN), 6_000);
  }

  @Test
  void everythingGoesWrongAtOnce() {
    run(EnumSet.allOf(Trouble.class), 7_000);
  }

  private static void run(Set<Trouble> troubles, long base) {
    Long only = Long.getLong("history.seed");
    if (only != null) {
      MemoryHistory.run(only, troubles);
      return;
    }
    for (long seed = base * 1_000; seed < base * 1_000 + HISTORIES; seed++) {
      MemoryHistory.run(seed, troubles);
    }
  }
}
