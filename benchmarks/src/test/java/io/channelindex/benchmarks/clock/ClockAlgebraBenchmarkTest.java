package io.channelindex.benchmarks.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.ClockOrder;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.VbucketSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockAlgebraBenchmarkTest {
  private final ClockAlgebraBenchmark benchmark = new ClockAlgebraBenchmark();

  @ParameterizedTest
  @ValueSource(ints = {64, 1024})
  void eachComputesItsResult(int vbuckets) throws Exception {
    benchmark.vbuckets = vbuckets;
    benchmark.makeClocks();
    SequenceClock earlier = SequenceClock.of(benchmark.copyToNewArray());
    VbucketSet changed = benchmark.changedSince();

    assertThat(benchmark.copyToArray()).isEqualTo(earlier.toArray());
    assertThat(benchmark.compare()).isEqualTo(ClockOrder.BEFORE);
    assertThat(changed.size()).isBetween(vbuckets / 4, vbuckets * 3 / 4);
    assertThat(benchmark.restrictedTo().minus(earlier)).isEqualTo(benchmark.minus());
    assertThat(benchmark.minus().changedSince(SequenceClock.zero(vbuckets))).isEqualTo(changed);
    assertThat(benchmark.merge().compare(earlier)).isEqualTo(ClockOrder.AFTER);
    assertThat(benchmark.merge().changedSince(earlier).size())
        .isBetween(vbuckets / 4, vbuckets * 3 / 4);
  }

  @Test
  void theAccumulatorBecomesTheOtherClock() throws Exception {
    benchmark.vbuckets = 1024;
    benchmark.makeClocks();
    SequenceClock other = benchmark.mergeIntoAccumulator().snapshot();
    SequenceClock earlier = SequenceClock.of(benchmark.copyToNewArray());
    assertThat(benchmark.merge()).isEqualTo(other.merge(earlier));
  }
}
