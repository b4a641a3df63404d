package io.channelindex.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricTest {
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatJsonCannotHoldIsRefused(double value) {
    assertThatThrownBy(() -> new Metric(value, Unit.COUNT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("metric is not finite: value=" + value);
  }

  @Test
  void aTimelineRanksItsRates() {
    Timeline timeline =
        new Timeline(
            List.of(
                new Timeline.Point(1, 30), new Timeline.Point(2, 10), new Timeline.Point(3, 20)));
    assertThat(timeline.rateAt(0)).isEqualTo(10);
    assertThat(timeline.rateAt(0.5)).isEqualTo(20);
    assertThat(timeline.rateAt(1)).isEqualTo(30);
    assertThat(new Timeline(List.of()).rateAt(0.5)).isZero();
  }
}
