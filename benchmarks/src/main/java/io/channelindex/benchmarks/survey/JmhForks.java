package io.channelindex.benchmarks.survey;

import io.channelindex.benchmarks.survey.Timing.Kernels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
import org.openjdk.jmh.util.ListStatistics;

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
   * One operation to be measured, with one value for each of its parameters.
   *
   * @param name for people
   * @param warmUps how many times as many iterations as an {@link Effort} says do not count: an
   *     operation that takes hundreds of microseconds is called too seldom to be compiled soon
   */
  public record Subject(
      String name,
      Class<?> benchmark,
      String operation,
      Map<String, String> parameters,
      int warmUps) {
    public Subject {
      parameters = Map.copyOf(parameters);
    }

    /** With as many as the effort says. */
    public Subject(
        String name, Class<?> benchmark, String operation, Map<String, String> parameters) {
      this(name, benchmark, operation, parameters, 1);
    }
  }

  /**
   * Measures one operation.
   *
   * @throws MeasurementException if that fails
   */
  public Timing time(Subject subject) {
    return timing(List.of(run(subject, effort.forks())));
  }

  /**
   * Measures operations in turns, one JVM of each after the other: what the machine does meanwhile
   * is then in all of them, and ratios of them are worth more.
   *
   * @param progress told the name of each subject when its first JVM is started
   * @return in the order of the subjects
   * @throws MeasurementException if that fails
   */
  public Map<Subject, Timing> timeInTurns(List<Subject> subjects, Consumer<String> progress) {
    Map<Subject, List<RunResult>> found = new LinkedHashMap<>();
    for (int fork = 0; fork < effort.forks(); fork++) {
      for (Subject subject : subjects) {
        if (fork == 0) {
          progress.accept(subject.name());
        }
        found.computeIfAbsent(subject, c -> new ArrayList<>()).add(run(subject, 1));
      }
    }
    Map<Subject, Timing> timings = new LinkedHashMap<>();
    found.forEach((subject, runs) -> timings.put(subject, timing(runs)));
    return timings;
  }

  private RunResult run(Subject subject, int forks) {
    String name = subject.benchmark().getName() + "." + subject.operation();
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(name) + "$")
            .forks(forks)
            .warmupIterations(subject.warmUps() * effort.warmUps())
            .warmupTime(TimeValue.milliseconds(effort.iteration().toMillis()))
            .measurementIterations(effort.measurements())
            .measurementTime(TimeValue.milliseconds(effort.iteration().toMillis()))
            .addProfiler(GCProfiler.class)
            .addProfiler(KernelsProfiler.class)
            .jvmArgs(jvmOptions.toArray(String[]::new))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    subject.parameters().forEach(options::param);
    try {
      RunResult result = new Runner(options.build()).runSingle();
      results.add(result);
      return result;
    } catch (RunnerException e) {
      throw new MeasurementException("benchmark failed: subject=" + subject, e);
    }
  }

  /** Everything that JMH found, in the order in which it was measured. */
  public List<RunResult> results() {
    return List.copyOf(results);
  }

  private static Timing timing(List<RunResult> runs) {
    ListStatistics nanos = new ListStatistics();
    for (RunResult run : runs) {
      run.getPrimaryResult()
          .getStatistics()
          .getRawData()
          .forEachRemaining(iteration -> nanos.addValue(iteration.getKey()));
    }
    boolean vectors = runs.stream().allMatch(run -> secondary(run, KernelsProfiler.VECTOR) > 0);
    return new Timing(
        nanos.getPercentile(50),
        nanos.getMin(),
        nanos.getMax(),
        runs.stream().mapToDouble(run -> secondary(run, ALLOCATED)).average().orElseThrow(),
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
