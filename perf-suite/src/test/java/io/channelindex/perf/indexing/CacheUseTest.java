package io.channelindex.perf.indexing;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import org.junit.jupiter.api.Test;

class CacheUseTest {
  @Test
  void aRateIsOfWhatWasWantedMeanwhile() {
    CacheUse before = new CacheUse(10, 110);
    assertThat(new CacheUse(100, 210).since(before).rate()).contains(new Metric(90, Unit.PERCENT));
    assertThat(before.since(before).rate()).as("nothing was wanted").isEmpty();
  }
}
