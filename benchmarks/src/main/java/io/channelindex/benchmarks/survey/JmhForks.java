package io.channelindex.benchmarks.survey;

import io.channelindex.benchmarks.survey.Timing.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * Benchmarks by JMH, each in JVMs of its own with this one's class path. Says nothing while it
 * runs.
 *
 * <p>For one thread: JMH refuses to run twice at a time on a machine.
 */
public final class JmhForks {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final Effort effort;
  private final List<String> jvmOptions;
  private final List<RunResult> results = new ArrayList<>();

  /**
   * Nothing is started yet.
   *
   * @param jvmOptions of the JVMs that measure; this one's are not inherited
   */
  public JmhForks(Effort effort, List<String> jvmOptions) {
    this.effort = effort;
    this.jvmOptions = List.copyOf(jvmOptions);
  }

  /**
   * Measures one operation with one value for each of its parameters.
   *
   * @throws MeasurementException if that fails
   */
  public Timing time(Class<?> benchmark, String operation, Map<String, String> parameters) {
    String name = benchmark.getName() + "." + operation;
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(name) + "$")
            .forks(effort.forks())
            .warmupIterations(effort.warmUps())
            .warmupTime(TimeValue.milliseconds(effort.iteration().toMillis()))
            .measurementIterations(effort.measurements())
            .measurementTime(TimeValue.milliseconds(effort.iteration().toMillis()))
            .addProfiler(GCProfiler.class)
            .addProfiler(KernelsProfiler.class)
            .jvmArgs(jvmOptions.toArray(String[]::new))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    parameters.forEach(options::param);
    try {
      RunResult result = new Runner(options.build()).runSingle();
      results.add(result);
      return timing(result);
    } catch (RunnerException e) {
      throw new MeasurementException(
          "benchmark failed: name=" + name + ", parameters=" + parameters, e);
    }
  }

  /** Everything that JMH found, in the order in which it was measured. */
  public List<RunResult> results() {
    return List.copyOf(results);
  }

  private static Timing timing(RunResult result) {
    Statistics nanos = result.getPrimaryResult().getStatistics();
    boolean vectors = secondary(result, KernelsProfiler.VECTOR) > 0;
    return new Timing(
        nanos.getPercentile(50),
        nanos.getMin(),
        nanos.getMax(),
        secondary(result, ALLOCATED),
        vectors ? Kernels.VECTOR : Kernels.SCALAR);
  }

  private static double secondary(RunResult result, String label) {
    Result<?> found = result.getSecondaryResults().get(label);
    if (found == null) {
      throw new IllegalStateException(
          "not measured: label=" + label + ", measured=" + result.getSecondaryResults().keySet());
    }
    return found.getScore();
  }
}
