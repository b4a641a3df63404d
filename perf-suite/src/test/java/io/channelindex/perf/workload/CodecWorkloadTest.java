package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.benchmarks.survey.CodecFigure;
import io.channelindex.benchmarks.survey.CodecSurvey;
import io.channelindex.benchmarks.survey.Timing;
import io.channelindex.benchmarks.survey.Timing.Kernels;
import io.channelindex.perf.config.CodecCells;
import io.channelindex.perf.config.CodecSettings;
import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.distribution.ClockDistributions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecWorkloadTest {
  private static final Timing ENCODE = new Timing(300, 290, 310, 0.01, Kernels.VECTOR);
  private static final Timing DECODE = new Timing(200, 190, 210, 64, Kernels.VECTOR);

  private final List<CodecSurvey.Cell> measured = new ArrayList<>();
  private final CodecWorkload workload =
      new CodecWorkload(
          (cell, vbuckets, settings) -> {
            measured.add(cell);
            return new CodecFigure(cell.codec(), cell.distribution(), ENCODE, DECODE);
          });

  private Outcome survey(CodecCells cells) throws InterruptedException {
    CodecSettings settings = new CodecSettings(cells, Duration.ofMillis(10));
    return workload.survey(settings, 16, (phase, share, rate) -> {});
  }

  @Test
  void sizesAreThoseOfEveryCodecOnEveryDistribution() throws InterruptedException {
    Outcome outcome = survey(CodecCells.FEW);
    assertThat(outcome.metrics().keySet().stream().filter(name -> name.endsWith(".bytes")))
        .hasSize((ClockCodecs.all().size() + 1) * ClockDistributions.all().size());
    assertThat(outcome.metrics().get("uniform-100m.raw.bytes").value()).isBetween(128.0, 140.0);
    assertThat(outcome.metrics().get("uniform-100m.bound").value()).isBetween(10.0, 128.0);
    assertThat(outcome.checks()).containsEntry("wrong", 0L);
    assertThat(outcome.metrics().keySet())
        .allMatch(name -> name.matches("[a-z0-9]+([-.][a-z0-9]+)*"));
  }

  @Test
  void timesAreThoseOfTheChosenCells() throws InterruptedException {
    Outcome outcome = survey(CodecCells.FEW);
    assertThat(measured).containsExactlyElementsOf(CodecSurvey.smallest().cells());
    assertThat(outcome.metrics().get("uniform-100m.zstd-raw.encode").value()).isEqualTo(300);
    assertThat(outcome.metrics().get("uniform-100m.zstd-raw.decode").value()).isEqualTo(200);
    assertThat(outcome.metrics().get("uniform-100m.zstd-raw.allocated").value()).isZero();
    assertThat(outcome.parameters())
        .containsEntry("kernels", "vector")
        .containsEntry("cells", "few");
  }

  @Test
  void theChosenCellsHaveEveryCodecAndEveryKindAndAllHaveAll() throws InterruptedException {
    survey(CodecCells.CHOSEN);
    assertThat(measured).doesNotHaveDuplicates().hasSizeLessThan(40);
    assertThat(measured.stream().map(CodecSurvey.Cell::codec).distinct())
        .hasSize(ClockCodecs.all().size() + 1);
    measured.clear();
    survey(CodecCells.ALL);
    assertThat(measured)
        .doesNotHaveDuplicates()
        .hasSize((ClockCodecs.all().size() + 1) * ClockDistributions.all().size());
  }

  @Test
  void anInterruptionIsHeardBetweenTwoCells() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> survey(CodecCells.FEW))
        .isInstanceOf(InterruptedException.class)
        .hasMessageContaining("done=0");
    assertThat(measured).isEmpty();
  }
}
