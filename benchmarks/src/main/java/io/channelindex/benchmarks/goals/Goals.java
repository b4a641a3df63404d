package io.channelindex.benchmarks.goals;

import io.channelindex.benchmarks.survey.Effort;
import io.channelindex.benchmarks.survey.JmhForks;
import io.channelindex.benchmarks.survey.Timing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * Prints which goals are reached on this machine and JVM, and keeps the table and JMH's results:
 * {@code goals-17.md} and {@code goals-17.json} for Java 17. The first argument is the directory,
 * the second, if any, milliseconds per iteration. Ends with 1 if a goal is missed.
 */
public final class Goals {
  private static final Duration ITERATION = Duration.ofMillis(200);
  private static final int FORKS = 3;
  private static final int WARM_UPS = 6;
  private static final int MEASUREMENTS = 5;

  private Goals() {}

  /** Five to six minutes. */
  public static void main(String[] arguments) {
    Duration iteration =
        arguments.length > 1 ? Duration.ofMillis(Long.parseLong(arguments[1])) : ITERATION;
    // The forks use the Vector API if this JVM may. New memory is expensive on virtual machines:
    // all of the heap is touched before anything is measured, and the young part is small.
    List<String> jvmOptions =
        new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
    jvmOptions.addAll(List.of("-Xms256m", "-Xmx256m", "-Xmn16m", "-XX:+AlwaysPreTouch"));
    JmhForks forks = new JmhForks(new Effort(FORKS, WARM_UPS, MEASUREMENTS, iteration), jvmOptions);
    GoalsRun run = new GoalsRun(forks, name -> System.err.println("measuring: " + name));
    List<Goal> goals = run.run();
    String table = table(goals, run);
    System.out.print(table);
    keep(Path.of(arguments[0]), table, forks);
    System.exit(goals.stream().allMatch(Goal::isReached) ? 0 : 1);
  }

  static String table(List<Goal> goals, GoalsRun run) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Java %s, %s, %s, cores=%d, kernels=%s%n%n",
            Runtime.version(),
            System.getProperty("java.vm.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            run.kernels().name().toLowerCase(Locale.ROOT)));
    text.append("| | measured | goal | |\n| --- | ---: | ---: | --- |\n");
    goals.forEach(goal -> text.append(goal.row()).append('\n'));
    text.append("\n| time of one clock or block | median ns | fastest … slowest | B/op |\n");
    text.append("| --- | ---: | ---: | ---: |\n");
    for (Map.Entry<String, Timing> measured : run.timings().entrySet()) {
      Timing timing = measured.getValue();
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.0f | %.0f … %.0f | %.0f |%n",
              measured.getKey(),
              timing.nanos(),
              timing.fastestNanos(),
              timing.slowestNanos(),
              timing.allocatedBytes()));
    }
    return text.toString();
  }

  private static void keep(Path directory, String table, JmhForks forks) {
    String name = "goals-" + Runtime.version().feature();
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(name + ".md"), table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ResultFormatFactory.getInstance(
            ResultFormatType.JSON, directory.resolve(name + ".json").toString())
        .writeOut(forks.results());
  }
}
