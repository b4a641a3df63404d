package io.channelindex.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StandingTest {
  private static final FailoverLog FIRST = FailoverLog.startingWith(1);
  private static final FailoverLog SECOND = FIRST.branch(2, 50);

  private static Standing at(FailoverLog log, long seqno) {
    return new Standing(log, seqno);
  }

  private static void assertAhead(Standing one, Standing other) {
    assertThat(one.isAheadOf(other)).isTrue();
    assertThat(other.isAheadOf(one)).isFalse();
  }

  @Test
  void onOneBranchSeqnosDecide() {
    assertAhead(at(FIRST, 2), at(FIRST, 1));
    assertAhead(at(SECOND, 52), at(SECOND, 51));
    assertThat(at(FIRST, 1).isAheadOf(at(FIRST, 1))).isFalse();
  }

  @Test
  void whoKnowsTheBranchOfTheOtherIsAhead() {
    assertAhead(at(SECOND, 50), at(FIRST, 100));
    assertAhead(at(SECOND.branch(3, 40), 40), at(FIRST, 100));
  }

  @Test
  void ofTwoBranchesThatKnowNothingOfEachOtherSeqnosDecide() {
    assertAhead(at(FIRST.branch(3, 40), 60), at(SECOND, 50));
    // A history that went back to before the second branch began does not know of it any more.
    assertAhead(at(SECOND, 60), at(SECOND.branch(3, 40), 45));
  }
}
