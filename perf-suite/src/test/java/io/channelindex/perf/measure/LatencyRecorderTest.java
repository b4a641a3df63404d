package io.channelindex.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatencyRecorderTest {
  private final LatencyRecorder recorder = new LatencyRecorder();

  @Test
  void percentilesAreThoseOfASortedList() {
    Random random = new Random(7);
    long[] latencies = random.longs(20_000, 1_000, 80_000_000).toArray();
    Arrays.stream(latencies).forEach(latency -> recorder.record(100, 100 + latency));
    LatencyDistribution distribution = recorder.take();
    Arrays.sort(latencies);
    for (double percent : List.of(1.0, 50.0, 95.0, 99.0, 99.9, 99.99)) {
      long naive = latencies[(int) Math.ceil(percent / 100 * latencies.length) - 1];
      assertThat(distribution.percentile(percent)).isCloseTo(naive, Percentage.withPercentage(0.2));
    }
    assertThat(distribution.count()).isEqualTo(20_000);
  }

  @Test
  void whatIsTakenIsNotTakenAgain() {
    recorder.record(0, 5);
    LatencyDistribution first = recorder.take();
    recorder.record(0, 7);
    recorder.record(0, 9);
    assertThat(recorder.take().count()).isEqualTo(2);
    assertThat(first.count()).isEqualTo(1);
  }

  @Test
  void longerThanAnHourIsAnHour() {
    recorder.record(0, TimeUnit.DAYS.toNanos(1));
    assertThat(recorder.take().max())
        .isCloseTo(TimeUnit.HOURS.toNanos(1), Percentage.withPercentage(0.1));
  }

  @Test
  void figuresAreInMilliseconds() {
    recorder.record(0, 2_000_000);
    assertThat(recorder.take().metrics())
        .containsOnlyKeys("p50", "p95", "p99", "p99.9", "max", "mean")
        .allSatisfy(
            (name, metric) -> {
              assertThat(metric.unit()).isEqualTo(Unit.MILLISECONDS);
              assertThat(metric.value()).isCloseTo(2.0, within(0.003));
            });
  }

  @Test
  void thePlotRisesAndItsSharesStayBelowOne() {
    for (int i = 1; i <= 1_000; i++) {
      recorder.record(0, i * 1_000L);
    }
    List<LatencyDistribution.Point> points = recorder.take().points();
    assertThat(points).extracting(LatencyDistribution.Point::share).isSorted();
    assertThat(points).extracting(LatencyDistribution.Point::milliseconds).isSorted();
    assertThat(points.get(points.size() - 1).share()).isLessThan(1).isGreaterThan(0.998);
  }

  @Test
  void nothingRecordedIsAnEmptyDistributionAndNotAnError() {
    LatencyDistribution empty = recorder.take();
    assertThat(empty.count()).isZero();
    assertThat(empty.metrics().get("p99").value()).isZero();
    assertThat(empty.points()).allSatisfy(point -> assertThat(point.milliseconds()).isZero());
  }

  @Test
  void thePercentileLogIsInTheFormatOfTheLibrary() {
    recorder.record(0, 3_000_000);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    recorder.take().writeTo(new PrintStream(bytes, true, StandardCharsets.US_ASCII));
    assertThat(bytes.toString(StandardCharsets.US_ASCII))
        .contains("Value", "Percentile", "TotalCount", "3.00", "#[Mean");
  }
}
