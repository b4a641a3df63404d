package io.channelindex.benchmarks.goals;

import io.channelindex.benchmarks.clock.ClockAlgebraBenchmark;
import io.channelindex.benchmarks.clock.CodecBenchmark;
import io.channelindex.benchmarks.clock.CodecSizes;
import io.channelindex.benchmarks.survey.JmhForks;
import io.channelindex.benchmarks.survey.JmhForks.Subject;
import io.channelindex.benchmarks.survey.Timing;
import io.channelindex.benchmarks.survey.Timing.Kernels;
import io.channelindex.benchmarks.token.TokenLengths;
import io.channelindex.sequence.distribution.ClockDistributions;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures what the goals need, everything in turns, and holds it to them. Speeds are ratios to a
 * yardstick of the same run: zstd of level 1 over the raw clock, and copies of the 8 KiB that a
 * clock is.
 */
final class GoalsRun {
  private static final int VBUCKETS = 1024;
  private static final String VBUCKETS_TEXT = Integer.toString(VBUCKETS);
  private static final String CLOCKS = "uniform-100M";
  private static final String FASTEST = "frame-of-reference";
  private static final String SMALLEST = "entropy";
  private static final String YARDSTICK = "zstd-raw";

  private static final double FASTEST_WITH_VECTORS = 100;
  private static final double FASTEST_SCALAR = 20;
  private static final double SMALLEST_IS_FASTER = 6;
  private static final double COPIES = 1.75;
  private static final double FASTEST_SIZE = 1.15;
  private static final double SMALLEST_SIZE = 1.035;
  private static final double SPARSE_SIZE = 1.06;
  private static final double SKEWED_SIZE = 1.05;

  private final JmhForks forks;
  private final Consumer<String> progress;
  private final List<Goal> goals = new ArrayList<>();
  private final Map<String, Timing> timings = new LinkedHashMap<>();

  GoalsRun(JmhForks forks, Consumer<String> progress) {
    this.forks = forks;
    this.progress = progress;
  }

  /** All goals with their figures, the times first. */
  List<Goal> run() {
    forks
        .timeInTurns(subjects(), progress)
        .forEach((subject, timing) -> timings.put(subject.name(), timing));
    speeds();
    algebra();
    sizes();
    tokens();
    goals.addAll(BlockGoals.goals(this::timed));
    return List.copyOf(goals);
  }

  private static List<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>();
    for (String operation : List.of("encode", "decode")) {
      for (String codec : List.of(YARDSTICK, FASTEST, SMALLEST)) {
        if (!(codec.equals(SMALLEST) && operation.equals("decode"))) {
          Map<String, String> parameters =
              Map.of("codec", codec, "distribution", CLOCKS, "vbuckets", VBUCKETS_TEXT);
          subjects.add(
              new Subject(codec + " " + operation, CodecBenchmark.class, operation, parameters));
        }
      }
    }
    for (String operation :
        List.of(
            "copyToArray",
            "mergeIntoAccumulator",
            "compare",
            "changedSince",
            "copyToNewArray",
            "merge")) {
      subjects.add(
          new Subject(
              "clock " + operation,
              ClockAlgebraBenchmark.class,
              operation,
              Map.of("vbuckets", VBUCKETS_TEXT)));
    }
    subjects.addAll(BlockGoals.subjects());
    return subjects;
  }

  /** What was measured, by name, in the order in which it was. */
  Map<String, Timing> timings() {
    return timings;
  }

  /** Whether every JVM that the fastest codec was measured in had come to use vectors. */
  Kernels kernels() {
    return codec(FASTEST, "encode").kernels();
  }

  private void speeds() {
    double zstd = codec(YARDSTICK, "encode").nanos();
    Timing fastest = codec(FASTEST, "encode");
    boolean vectors = fastest.kernels() == Kernels.VECTOR;
    goals.add(
        Goal.atLeast(
            vectors ? FASTEST_WITH_VECTORS : FASTEST_SCALAR,
            "encode: " + FASTEST + " as fast as zstd-1",
            zstd / fastest.nanos()));
    goals.add(allocation("encode: " + FASTEST, fastest));
    Timing smallest = codec(SMALLEST, "encode");
    goals.add(
        Goal.atLeast(
            SMALLEST_IS_FASTER,
            "encode: " + SMALLEST + " as fast as zstd-1",
            zstd / smallest.nanos()));
    goals.add(allocation("encode: " + SMALLEST, smallest).shownOnly());
    double unzstd = codec(YARDSTICK, "decode").nanos();
    Timing read = codec(FASTEST, "decode");
    goals.add(
        Goal.atLeast(0, "decode: " + FASTEST + " as fast as zstd-1", unzstd / read.nanos())
            .shownOnly());
    goals.add(allocation("decode: " + FASTEST, read));
  }

  private void algebra() {
    Timing copy = algebra("copyToArray");
    Timing newCopy = algebra("copyToNewArray");
    Timing merged = algebra("mergeIntoAccumulator");
    Timing compared = algebra("compare");
    copies("merge into an accumulator, of a copy", merged, copy);
    copies("merge into a new clock, of a copy into a new array", algebra("merge"), newCopy);
    copies("order, of a copy", compared, copy);
    copies("changed vbuckets, of a copy", algebra("changedSince"), copy);
    goals.add(allocation("merge into an accumulator", merged));
    goals.add(allocation("order", compared));
  }

  /** A goal of the vector path only: without it, the figure is shown. */
  private void copies(String what, Timing timing, Timing copy) {
    Goal goal = Goal.atMost(COPIES, what, timing.nanos() / copy.nanos());
    goals.add(kernels() == Kernels.VECTOR ? goal : goal.shownOnly());
  }

  private void sizes() {
    for (String uniform : List.of("uniform-1M", "uniform-100M", "uniform-10B")) {
      goals.add(size(FASTEST, uniform, FASTEST_SIZE));
      goals.add(size("auto", uniform, SMALLEST_SIZE));
    }
    // What a codec has to say beside the numbers is more than such a share of so few.
    goals.add(size("auto", "channel-5", SPARSE_SIZE).shownOnly());
    for (String channel : List.of("channel-50", "channel-500")) {
      goals.add(size("auto", channel, SPARSE_SIZE));
    }
    goals.add(size("auto", "zipf", SKEWED_SIZE));
    goals.add(size("auto", "bimodal", SKEWED_SIZE));
  }

  private void tokens() {
    int idle = TokenLengths.of(Strategy.RELATIVE, 0);
    int changed = TokenLengths.of(Strategy.RELATIVE, 20);
    goals.add(Goal.atMost(16, "token: nothing changed since a base clock", idle).in("characters"));
    goals.add(Goal.atMost(64, "token: 20 vbuckets changed", changed).in("characters"));
  }

  private static Goal allocation(String what, Timing timing) {
    double bytes = timing.allocatesNothing() ? 0 : timing.allocatedBytes();
    return Goal.atMost(0, what + ", allocated", bytes).in("B/op");
  }

  private static Goal size(String codec, String distribution, double limit) {
    CodecSizes.Size size =
        CodecSizes.of(ClockDistributions.byName(distribution).orElseThrow(), VBUCKETS).stream()
            .filter(found -> found.codec().equals(codec))
            .findFirst()
            .orElseThrow();
    return Goal.atMost(limit, "size: " + codec + " of " + distribution, size.ratio())
        .in("of the bound");
  }

  private Timing codec(String codec, String operation) {
    return timed(codec + " " + operation);
  }

  private Timing algebra(String operation) {
    return timed("clock " + operation);
  }

  private Timing timed(String name) {
    Timing timing = timings.get(name);
    if (timing == null) {
      throw new IllegalStateException("not measured: name=" + name);
    }
    return timing;
  }
}
