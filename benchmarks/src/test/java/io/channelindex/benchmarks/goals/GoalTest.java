package io.channelindex.benchmarks.goals;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoalTest {
  @Test
  void aRowSaysWhatWasMeasuredAndWhetherThatIsEnough() {
    assertThat(Goal.atLeast(20, "encode", 25.04).row())
        .isEqualTo("| encode | 25.0 x | ≥ 20 x | reached |");
    assertThat(Goal.atMost(1.75, "merge", 1.751).row())
        .isEqualTo("| merge | 1.751 x | ≤ 1.750 x | **missed** |");
    assertThat(Goal.atMost(1.75, "merge", 2.0).shownOnly().row())
        .isEqualTo("| merge | 2 x | – |  |");
  }

  @Test
  void theLimitItselfIsReached() {
    assertThat(Goal.atMost(0, "allocated", 0).isReached()).isTrue();
    assertThat(Goal.atLeast(6, "encode", 6).isReached()).isTrue();
    assertThat(Goal.atLeast(6, "encode", 5.9).isReached()).isFalse();
  }
}
