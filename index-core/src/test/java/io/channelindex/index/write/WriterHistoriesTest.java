package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A thousand random histories against a model (invariants 1 to 6, 8 to 12 and 14). A history that
 * fails names its seed and what troubled it; {@code -Dhistory.seed=… -Dhistory.troubles=…} runs
 * only that one, and everything happens again.
 */
@ExtendWith(Silence.class)
class WriterHistoriesTest {
  @Test
  void withoutTroubleReadersSeeTheDataAtTheStableClock() {
    Evidence seen = assertHistories(EnumSet.noneOf(Trouble.class), 1_000);
    assertThat(seen.handedOver()).as("entries that clients were shown unread").isPositive();
  }

  @Test
  void faultsCrashesAndLateOwnersBreakNothing() {
    assertHistories(
        EnumSet.of(
            Trouble.FAULT, Trouble.RELEASE, Trouble.CRASH, Trouble.TAKE_OVER, Trouble.DISCONNECT),
        2_000);
  }

  @Test
  void lostHistoryOfTheDataIsUndoneInTheIndex() {
    assertHistories(EnumSet.of(Trouble.FAIL_OVER, Trouble.CRASH, Trouble.DISCONNECT), 3_000);
  }

  @Test
  void historyThatIsLostAgainBeforeItIsIndexed() {
    assertHistories(EnumSet.of(Trouble.FAIL_OVER_TWICE, Trouble.CRASH, Trouble.TAKE_OVER), 6_000);
  }

  @Test
  void purgedAndFlushedDocumentsDoNotStay() {
    assertHistories(EnumSet.of(Trouble.PURGE, Trouble.FLUSH, Trouble.CRASH), 4_000);
  }

  @Test
  void pausedOwnersAreTooLateOnWhateverBranch() {
    assertHistories(EnumSet.of(Trouble.ZOMBIE, Trouble.FAIL_OVER, Trouble.FAULT), 7_000);
  }

  @Test
  void whatIsBroughtAgainIsNoNews() {
    assertHistories(
        EnumSet.of(Trouble.REPLAY, Trouble.CRASH, Trouble.TAKE_OVER, Trouble.ZOMBIE), 8_000);
  }

  @Test
  void compactionAtAnyMomentHidesNothing() {
    assertHistories(
        EnumSet.of(
            Trouble.COMPACT, Trouble.FAULT, Trouble.CRASH, Trouble.ZOMBIE, Trouble.FAIL_OVER),
        11_000);
  }

  @Test
  void aReadThatFailsTellsNobodyThatThereIsNothing() {
    assertHistories(EnumSet.of(Trouble.PARTIAL_READS, Trouble.RELEASE, Trouble.FAIL_OVER), 10_000);
  }

  @Test
  void everythingGoesWrongAtOnce() {
    assertHistories(EnumSet.allOf(Trouble.class), 5_000);
  }

  /** Nothing is wrong, though all of this went wrong and readers looked all the time. */
  private static Evidence assertHistories(Set<Trouble> troubles, long base) {
    Set<Trouble> asked = Histories.troubles(Trouble.class, troubles);
    Evidence seen =
        Histories.ofSeedsFrom(base * 1_000, seed -> Histories.run(seed, asked, Defect.NONE));
    seen.assertSufficient(asked);
    return seen;
  }
}
