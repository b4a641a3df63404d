package io.channelindex.benchmarks.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.benchmarks.survey.CodecSurvey.Cell;
import io.channelindex.benchmarks.survey.Timing.Kernels;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JmhForksTest {
  private static final Effort SHORTEST = new Effort(1, 1, 2, Duration.ofMillis(10));

  @Test
  void aCellIsMeasured() {
    JmhForks forks = new JmhForks(SHORTEST, List.of());
    CodecFigure figure = CodecSurvey.measure(new Cell("raw", "uniform-1M"), 64, forks);
    assertThat(figure.codec()).isEqualTo("raw");
    assertThat(figure.encode().nanos())
        .isBetween(figure.encode().fastestNanos(), figure.encode().slowestNanos())
        .isPositive();
    assertThat(figure.decode().nanos()).isPositive();
    assertThat(figure.encode().kernels()).isEqualTo(Kernels.SCALAR);
    assertThat(forks.results()).hasSize(2);
  }

  @Test
  void whatCannotBeMeasuredIsNamed() {
    JmhForks forks = new JmhForks(SHORTEST, List.of());
    assertThatThrownBy(() -> CodecSurvey.measure(new Cell("none", "uniform-1M"), 64, forks))
        .isInstanceOf(MeasurementException.class)
        .hasMessageContaining("codec=none");
  }

  @Test
  void anEffortThatMeasuresNothingIsRefused() {
    assertThatThrownBy(() -> new Effort(1, 1, 0, Duration.ofSeconds(1)))
        .hasMessageContaining("measurements=0");
    assertThatThrownBy(() -> new Effort(1, 1, 1, Duration.ZERO)).hasMessageContaining("PT0S");
  }
}
