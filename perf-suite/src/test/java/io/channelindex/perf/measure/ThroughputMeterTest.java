package io.channelindex.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThroughputMeterTest {
  private final ManualTime time = new ManualTime(5_000);
  private final List<Double> shares = new ArrayList<>();
  private final ThroughputMeter meter =
      new ThroughputMeter(time, (share, rate) -> shares.add(share));

  /** 1,000 per second for the first second, then 4,000. */
  private long counted() {
    double seconds = (time.nanos() - 5_000) / 1e9;
    return Math.round(seconds <= 1 ? 1_000 * seconds : 1_000 + 4_000 * (seconds - 1));
  }

  @Test
  void whatHappensDuringWarmUpIsNotMeasured() throws InterruptedException {
    Throughput measured =
        meter.measure(this::counted, Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(measured.operations()).isEqualTo(8_000);
    assertThat(measured.elapsed()).isEqualTo(Duration.ofSeconds(2));
    assertThat(measured.perSecond()).isCloseTo(4_000, within(1e-6));
    assertThat(measured.timeline().points())
        .hasSize(8)
        .allSatisfy(point -> assertThat(point.perSecond()).isCloseTo(4_000, within(1e-6)));
  }

  @Test
  void aStallShowsInTheTimeline() throws InterruptedException {
    Throughput measured = meter.measure(this::counted, Duration.ZERO, Duration.ofSeconds(2));
    assertThat(measured.perSecond()).isCloseTo(2_500, within(1e-6));
    assertThat(measured.timeline().rateAt(0.25)).isCloseTo(1_000, within(1e-6));
    assertThat(measured.timeline().rateAt(0.75)).isCloseTo(4_000, within(1e-6));
  }

  @Test
  void progressGoesFromTheFirstIntervalToTheEnd() throws InterruptedException {
    meter.measure(() -> 0, Duration.ofMillis(500), Duration.ofMillis(600));
    assertThat(shares).isSorted().last().isEqualTo(1.0);
  }

  @Test
  void anInterruptEndsTheMeasurement() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> meter.measure(() -> 0, Duration.ZERO, Duration.ofSeconds(1)))
        .isInstanceOf(InterruptedException.class);
  }
}
