package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Thousands of random histories against a model (invariants 1 to 6, 8 to 12 and 14). A history that
 * fails names its seed and what troubled it; {@code -Dhistory.seed=… -Dhistory.troubles=…} runs
 * only that one, and everything happens again.
 */
@ExtendWith(Silence.class)
class WriterHistoriesTest {
  private static final int HISTORIES = Integer.getInteger("history.count", 250);

  @Test
  void withoutTroubleReadersSeeTheDataAtTheStableClock() {
    long handedOver = run(EnumSet.noneOf(Trouble.class), 1_000);
    assertThat(handedOver).as("entries that clients were shown unread").isPositive();
  }

  @Test
  void faultsCrashesAndLateOwnersBreakNothing() {
    run(
        EnumSet.of(
            Trouble.FAULT, Trouble.RELEASE, Trouble.CRASH, Trouble.TAKE_OVER, Trouble.DISCONNECT),
        2_000);
  }

  @Test
  void lostHistoryOfTheDataIsUndoneInTheIndex() {
    run(EnumSet.of(Trouble.FAIL_OVER, Trouble.CRASH, Trouble.DISCONNECT), 3_000);
  }

  @Test
  void historyThatIsLostAgainBeforeItIsIndexed() {
    run(EnumSet.of(Trouble.FAIL_OVER_TWICE, Trouble.CRASH, Trouble.TAKE_OVER), 6_000);
  }

  @Test
  void purgedAndFlushedDocumentsDoNotStay() {
    run(EnumSet.of(Trouble.PURGE, Trouble.FLUSH, Trouble.CRASH), 4_000);
  }

  @Test
  void pausedOwnersAreTooLateOnWhateverBranch() {
    run(EnumSet.of(Trouble.ZOMBIE, Trouble.FAIL_OVER, Trouble.FAULT), 7_000);
  }

  @Test
  void whatIsBroughtAgainIsNoNews() {
    run(EnumSet.of(Trouble.REPLAY, Trouble.CRASH, Trouble.TAKE_OVER, Trouble.ZOMBIE), 8_000);
  }

  @Test
  void aReadThatFailsTellsNobodyThatThereIsNothing() {
    run(EnumSet.of(Trouble.PARTIAL_READS, Trouble.RELEASE, Trouble.FAIL_OVER), 10_000);
  }

  @Test
  void everythingGoesWrongAtOnce() {
    run(EnumSet.allOf(Trouble.class), 5_000);
  }

  /** Runs histories; how many entries their owners handed over to clients. */
  private static long run(Set<Trouble> troubles, long base) {
    Long only = Long.getLong("history.seed");
    if (only != null) {
      return Histories.run(only, Histories.troubles(troubles), Defect.NONE);
    }
    long handedOver = 0;
    for (long seed = base * 1_000; seed < base * 1_000 + HISTORIES; seed++) {
      handedOver += Histories.run(seed, troubles, Defect.NONE);
    }
    return handedOver;
  }
}
