package io.channelindex.perf.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTextTest {
  private static final String TEXT =
      """
      # HELP a_total of things
      # TYPE a_total counter
      a_total{database="db",operation="put"} 3.0
      a_total{database="db",operation="a b"} 1.5E2
      a_total_more 7.0
      b 4
      """;

  @Test
  void samplesOfAllLabelsAreSummed() {
    assertThat(MetricsText.sum(TEXT, "a_total")).isEqualTo(153);
    assertThat(MetricsText.sum(TEXT, "b")).isEqualTo(4);
    assertThat(MetricsText.sum(TEXT, "a")).isZero();
  }

  @Test
  void samplesWithALabelAreSummed() {
    assertThat(MetricsText.sum(TEXT, "a_total", "operation=\"put\"")).isEqualTo(3);
    assertThat(MetricsText.sum(TEXT, "a_total", "operation=\"get\"")).isZero();
    assertThat(MetricsText.sum(TEXT, "b", "operation=\"put\"")).isZero();
  }
}
