package io.channelindex.perf.cli;

import io.channelindex.perf.report.ReportDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Looks whether a report is sound: complete, of the documented shape, and without failed checks.
 */
@Command(
    name = "check",
    description = "Looks whether the report in a directory is sound.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIRECTORY", description = "the directory of the report")
  private Path directory = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    List<String> problems = new ReportDirectory(directory).problems();
    PrintWriter out = spec.commandLine().getOut();
    problems.forEach(out::println);
    out.println(problems.isEmpty() ? "sound: " + directory : "not sound: " + directory);
    out.flush();
    return problems.isEmpty() ? Exit.SOUND : Exit.UNSOUND;
  }
}
