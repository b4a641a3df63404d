package io.channelindex.benchmarks.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.SequenceClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClockAlgebraBenchmarkTest {
  private final ClockAlgebraBenchmark benchmark = new ClockAlgebraBenchmark();

  @BeforeEach
  void makeClocks() {
    benchmark.vbuckets = 1024;
    benchmark.makeClocks();
  }

  @Test
  void theMergedClockIsAheadOfTheOtherInAboutHalf() {
    SequenceClock copied = SequenceClock.of(benchmark.arrayCopy());
    SequenceClock merged = benchmark.merge();

    assertThat(merged.covers(copied)).isTrue();
    int[] raised = {0};
    merged.forEachAfter(copied, vbucket -> raised[0]++);
    assertThat(raised[0]).isBetween(400, 620);
  }
}
