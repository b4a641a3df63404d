package io.channelindex.benchmarks.survey;

import io.channelindex.benchmarks.clock.CodecBenchmark;
import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.distribution.ClockDistribution;
import io.channelindex.sequence.distribution.ClockDistributions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which codecs are measured on which distributions.
 *
 * @param cells in the order in which they are measured, each once
 */
public record CodecSurvey(List<Cell> cells) {
  private static final List<String> MANY_SIDED =
      List.of(
          ClockCodecs.auto().name(), "entropy", "patched-for", "frame-of-reference", "zstd-raw");

  /**
   * One codec on one distribution.
   *
   * @param codec a name of {@link ClockCodecs}
   * @param distribution a name of {@link ClockDistributions}
   */
  public record Cell(String codec, String distribution) {}

  public CodecSurvey {
    cells = List.copyOf(cells);
  }

  /** Two of them: whether everything works. */
  public static CodecSurvey smallest() {
    return new CodecSurvey(
        List.of(
            new Cell("frame-of-reference", "uniform-100M"), new Cell("zstd-raw", "uniform-100M")));
  }

  /** Every codec on a clock of 100 million documents, and some on one of each other kind. */
  public static CodecSurvey chosen() {
    List<Cell> cells = new ArrayList<>();
    codecs().forEach(codec -> cells.add(new Cell(codec, "uniform-100M")));
    for (String distribution : List.of("zipf", "channel-50", "delta-1s")) {
      MANY_SIDED.forEach(codec -> cells.add(new Cell(codec, distribution)));
    }
    return new CodecSurvey(cells);
  }

  /** Every codec on every distribution. */
  public static CodecSurvey all() {
    List<Cell> cells = new ArrayList<>();
    for (ClockDistribution distribution : ClockDistributions.all()) {
      codecs().forEach(codec -> cells.add(new Cell(codec, distribution.name())));
    }
    return new CodecSurvey(cells);
  }

  /** The names of all codecs, {@code auto} first. */
  static List<String> codecs() {
    List<String> names = new ArrayList<>(List.of(ClockCodecs.auto().name()));
    ClockCodecs.all().forEach(codec -> names.add(codec.name()));
    return names;
  }

  /**
   * Measures one of them.
   *
   * @param vbuckets of every clock
   * @throws MeasurementException if that fails
   */
  public static CodecFigure measure(Cell cell, int vbuckets, JmhForks forks) {
    Map<String, String> parameters =
        Map.of(
            "codec", cell.codec(),
            "distribution", cell.distribution(),
            "vbuckets", Integer.toString(vbuckets));
    return new CodecFigure(
        cell.codec(),
        cell.distribution(),
        forks.time(subject("encode", parameters)),
        forks.time(subject("decode", parameters)));
  }

  private static JmhForks.Subject subject(String operation, Map<String, String> parameters) {
    return new JmhForks.Subject(operation, CodecBenchmark.class, operation, parameters);
  }
}
