package io.channelindex.sequence.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.channelindex.sequence.SequenceClock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClockDistributionTest {
  /** The bounds of performance.md, "Codecs: what is achievable". */
  @ParameterizedTest
  @CsvSource({
    "uniform-10k, 471",
    "uniform-1M, 898",
    "uniform-100M, 1323",
    "uniform-10B, 1748",
    "zipf, 2148",
    "channel-5, 15.75",
    "channel-50, 139",
    "channel-500, 1162",
    "delta-1s, 621",
  })
  void boundsAreThoseOfTheTable(String name, double bytes) {
    ClockDistribution distribution = ClockDistributions.byName(name).orElseThrow();
    System.out.printf("%s: bound=%.1f, table=%.1f%n", name, distribution.boundBytes(1024), bytes);
    assertThat(distribution.boundBytes(1024)).isCloseTo(bytes, within(bytes * 0.005));
  }

  @Test
  void aSeedMakesOneClockOfAnyShape() {
    for (ClockDistribution distribution : ClockDistributions.all()) {
      for (int vbuckets : new int[] {1, 2, 63, 64, 1024}) {
        ClockSample sample = distribution.sample(vbuckets, 42);
        assertThat(sample).isEqualTo(distribution.sample(vbuckets, 42));
        assertThat(sample).isNotEqualTo(distribution.sample(vbuckets, 43));
        assertThat(sample.clock().vbuckets()).isEqualTo(vbuckets);
        assertThat(sample.clock().covers(sample.base())).isTrue();
        assertThat(distribution.boundBytes(vbuckets)).isGreaterThanOrEqualTo(0);
      }
    }
    assertThat(ClockDistributions.byName("none")).isEmpty();
  }

  @Test
  void aChannelIsInAsManyVbucketsAsItsNameSays() {
    SequenceClock clock =
        ClockDistributions.byName("channel-50").orElseThrow().sample(1024, 1).clock();
    assertThat(Arrays.stream(clock.toArray()).filter(seqno -> seqno != 0).count()).isEqualTo(50);
    SequenceClock few = ClockDistributions.byName("channel-50").orElseThrow().sample(8, 1).clock();
    assertThat(Arrays.stream(few.toArray()).allMatch(seqno -> seqno != 0)).isTrue();
  }

  /** Counting how often each value came out is the naive way to all three. */
  @ParameterizedTest
  @ValueSource(doubles = {0.3, 4.88, 29, 48.8, 201, 3000})
  void poissonNumbersHaveTheirMeanVarianceAndEntropy(double mean) {
    SplittableRandom random = new SplittableRandom(1);
    int draws = 400_000;
    Map<Long, Integer> counts = new HashMap<>();
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      long number = Poisson.sample(mean, random);
      counts.merge(number, 1, Integer::sum);
      sum += number;
      squares += (number - mean) * (number - mean);
    }
    double entropy = 0;
    for (int count : counts.values()) {
      double p = (double) count / draws;
      entropy -= p * Math.log(p) / Math.log(2);
    }
    assertThat(sum / draws).isCloseTo(mean, within(5 * Math.sqrt(mean / draws)));
    assertThat(squares / draws).isCloseTo(mean, within(mean * 0.02));
    assertThat(Poisson.entropyBits(mean)).isCloseTo(entropy, within(0.01));
  }

  /** Of values whose entropy is known. */
  @Test
  void distancesInOrderTellTheEntropy() {
    SplittableRandom random = new SplittableRandom(1);
    long[] values = new long[32 * 1024];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextLong(1 << 28);
    }
    Arrays.sort(values);
    assertThat(ZipfUpdates.spacingEntropyBits(values)).isCloseTo(28, within(0.03));
    for (int i = 0; i < values.length; i++) {
      values[i] = Poisson.sample(1e11, random);
    }
    Arrays.sort(values);
    assertThat(ZipfUpdates.spacingEntropyBits(values))
        .isCloseTo(Poisson.entropyBits(1e11), within(0.03));
  }
}
