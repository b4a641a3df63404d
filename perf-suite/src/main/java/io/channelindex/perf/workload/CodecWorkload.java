package io.channelindex.perf.workload;

import io.channelindex.benchmarks.clock.CodecSizes;
import io.channelindex.benchmarks.survey.CodecFigure;
import io.channelindex.benchmarks.survey.CodecSurvey;
import io.channelindex.benchmarks.survey.Effort;
import io.channelindex.benchmarks.survey.JmhForks;
import io.channelindex.benchmarks.survey.MeasurementException;
import io.channelindex.benchmarks.survey.Timing;
import io.channelindex.benchmarks.survey.Timing.Kernels;
import io.channelindex.perf.PerfException;
import io.channelindex.perf.config.CodecSettings;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.process.JvmOptions;
import io.channelindex.sequence.distribution.ClockDistribution;
import io.channelindex.sequence.distribution.ClockDistributions;
import java.util.List;
import java.util.Locale;

/**
 * What the clocks of named distributions take in bytes, beside their entropy, and how long encoding
 * and decoding one takes, in JVMs of their own. Of the target it is only the number of vbuckets.
 *
 * <p>Figures are named {@code <distribution>.<codec>.<figure>}: {@code bytes} of every codec on
 * every distribution; {@code encode}, {@code decode} and {@code allocated}, by encoding, of those
 * that were chosen. {@code <distribution>.bound} is the entropy.
 */
final class CodecWorkload implements Workload {
  private static final int WARM_UPS = 5;
  private static final int MEASUREMENTS = 3;

  private final Meter meter;

  /** Finds out how long a codec takes. */
  @FunctionalInterface
  interface Meter {
    CodecFigure measure(CodecSurvey.Cell cell, int vbuckets, CodecSettings settings);
  }

  CodecWorkload() {
    this(CodecWorkload::measureInForks);
  }

  CodecWorkload(Meter meter) {
    this.meter = meter;
  }

  private static CodecFigure measureInForks(
      CodecSurvey.Cell cell, int vbuckets, CodecSettings settings) {
    Effort effort = new Effort(1, WARM_UPS, MEASUREMENTS, settings.iteration());
    JmhForks forks = new JmhForks(effort, JvmOptions.forJava(Runtime.version().feature()));
    return CodecSurvey.measure(cell, vbuckets, forks);
  }

  @Override
  public String name() {
    return "codecs";
  }

  @Override
  public String description() {
    return "Bytes of a clock by every codec, and the time that it takes.";
  }

  @Override
  public Scope scope() {
    return Scope.LAST_TARGET;
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    return survey(run.codecs(), run.session().vbuckets(), run.phases());
  }

  Outcome survey(CodecSettings settings, int vbuckets, PhaseListener phases)
      throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    phases.at("sizes", 0, 0);
    ClockDistributions.all().forEach(distribution -> sizes(distribution, vbuckets, outcome));
    List<CodecSurvey.Cell> cells = survey(settings).cells();
    Kernels kernels = Kernels.SCALAR;
    for (int done = 0; done < cells.size(); done++) {
      if (Thread.interrupted()) {
        throw new InterruptedException("codecs are not measured to the end: done=" + done);
      }
      phases.at(
          cells.get(done).codec() + " " + cells.get(done).distribution(),
          (double) done / cells.size(),
          0);
      CodecFigure figure = measure(cells.get(done), vbuckets, settings);
      times(figure, outcome);
      kernels = figure.encode().kernels() == Kernels.VECTOR ? Kernels.VECTOR : kernels;
    }
    return outcome
        .parameter("cells", lower(settings.cells().name()))
        .parameter("iteration-ms", settings.iteration().toMillis())
        .parameter("kernels", lower(kernels.name()))
        .build();
  }

  private static CodecSurvey survey(CodecSettings settings) {
    return switch (settings.cells()) {
      case FEW -> CodecSurvey.smallest();
      case CHOSEN -> CodecSurvey.chosen();
      case ALL -> CodecSurvey.all();
    };
  }

  private CodecFigure measure(CodecSurvey.Cell cell, int vbuckets, CodecSettings settings) {
    try {
      return meter.measure(cell, vbuckets, settings);
    } catch (MeasurementException e) {
      throw new PerfException(e.getMessage() + ": " + e.getCause(), e);
    }
  }

  private static void sizes(ClockDistribution distribution, int vbuckets, Outcome.Builder outcome) {
    String clocks = lower(distribution.name());
    outcome.metric(clocks + ".bound", new Metric(distribution.boundBytes(vbuckets), Unit.BYTES));
    for (CodecSizes.Size size : CodecSizes.of(distribution, vbuckets)) {
      outcome
          .metric(clocks + "." + size.codec() + ".bytes", new Metric(size.bytes(), Unit.BYTES))
          .check("wrong", size.wrong());
      if (size.wrong() > 0) {
        outcome.note("wrong", "codec=" + size.codec() + ", distribution=" + size.distribution());
      }
    }
  }

  private static void times(CodecFigure figure, Outcome.Builder outcome) {
    String cell = lower(figure.distribution()) + "." + figure.codec() + ".";
    outcome
        .metric(cell + "encode", nanos(figure.encode()))
        .metric(cell + "decode", nanos(figure.decode()))
        .metric(
            cell + "allocated",
            new Metric(
                figure.encode().allocatesNothing() ? 0 : figure.encode().allocatedBytes(),
                Unit.BYTES));
  }

  private static Metric nanos(Timing timing) {
    return new Metric(timing.nanos(), Unit.NANOSECONDS);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
