package io.channelindex.perf.cli;

import io.channelindex.perf.compare.RunComparison;
import io.channelindex.perf.compare.RunComparison.Missing;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Compares the results of two runs and fails on a loss. */
@Command(
    name = "compare",
    description = {
      "Compares the results of a run with those of an earlier one, figure by figure.",
      "A figure that got worse is a loss if that is more than the threshold and more than noise:"
          + " the repetitions of both runs do not overlap, and two rows of the same differ by less."
          + " Where a figure was measured once and has no such row, the threshold alone decides,"
          + " and the output says so.",
      "What the earlier run has and the later one lacks is named, and is as bad as a loss."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing got worse",
      "1:something did, a check of the later run failed, or it lacks what the earlier one has",
      "2:a wrong argument, a file that is no results, or nothing in common"
    })
final class CompareCommand implements Callable<Integer> {
  private static final double PERCENT = 100;

  @Parameters(index = "0", paramLabel = "OLD", description = "results.json, or its directory")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "NEW", description = "the same of the later run")
  private Path after = Path.of("");

  @Option(
      names = "--threshold",
      paramLabel = "PERCENT",
      defaultValue = "10%",
      converter = ShareOfPercent.class,
      description = "from where a change counts, such as 10%% (the default) or 2.5%%")
  private double threshold;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      description = "compare this one only; may be given many times")
  private List<String> workloads = new ArrayList<>();

  @Option(
      names = "--allow-missing",
      description = "the later run may lack cells and figures that the earlier one has")
  private boolean allowMissing;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** A number of percent, with or without the sign. */
  static final class ShareOfPercent implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      String number = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
      double percent;
      try {
        percent = Double.parseDouble(number.strip());
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is no number of percent");
      }
      if (!(percent >= 0 && percent <= PERCENT)) {
        throw new TypeConversionException(
            "out of range: threshold=" + text + ", minimum=0%, maximum=100%");
      }
      return percent / PERCENT;
    }
  }

  @Override
  public Integer call() {
    RunComparison comparison = RunComparison.of(before, after, threshold, workloads);
    PrintWriter out = spec.commandLine().getOut();
    comparison.lines().forEach(out::println);
    out.flush();
    return comparison.isAcceptable(allowMissing ? Missing.ALLOWED : Missing.REFUSED)
        ? Exit.SOUND
        : Exit.UNSOUND;
  }
}
