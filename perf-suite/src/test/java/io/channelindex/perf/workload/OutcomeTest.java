package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.channelindex.perf.measure.Metric;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  @Test
  void violationsOfTheSameCheckAddUp() {
    Outcome outcome =
        new Outcome.Builder().check("failed", 2).check("failed", 0).check("failed", 3).build();
    assertThat(outcome.checks()).containsExactly(entry("failed", 5L));
    assertThat(outcome.isRight()).isFalse();
  }

  @Test
  void theFirstNoteOfACheckIsKeptAndEmptyOnesAreLeftOut() {
    Outcome outcome =
        new Outcome.Builder().note("a", "").note("a", "first").note("a", "second").build();
    assertThat(outcome.notes()).containsExactly(entry("a", "first"));
  }

  @Test
  void anOutcomeDoesNotChangeAfterwards() {
    Outcome.Builder builder = new Outcome.Builder().metric("m", Metric.count(1));
    Outcome outcome = builder.build();
    builder.metric("n", Metric.count(2));
    assertThat(outcome.metrics()).containsOnlyKeys("m");
    assertThatThrownBy(() -> outcome.metrics().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void oneOutcomeCanBePutIntoAnother() {
    Outcome inner =
        new Outcome.Builder()
            .parameter("p", 1)
            .metric("m", Metric.count(1))
            .check("c", 4)
            .note("c", "why")
            .build();
    Outcome outer = new Outcome.Builder().check("c", 1).all(inner).build();
    assertThat(outer.checks()).containsEntry("c", 5L);
    assertThat(outer.parameters()).isEqualTo(inner.parameters());
    assertThat(outer.metrics()).isEqualTo(inner.metrics());
    assertThat(outer.notes()).isEqualTo(inner.notes());
  }
}
