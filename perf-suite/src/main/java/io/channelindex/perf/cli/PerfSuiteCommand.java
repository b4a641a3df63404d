package io.channelindex.perf.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the suite: {@code run}, {@code check} and {@code compare}. */
@Command(
    name = "perf-suite",
    description = "Measures a Couchbase target and writes a report.",
    mixinStandardHelpOptions = true,
    version = "Channel Index perf suite",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RunCommand.class, CheckCommand.class, CompareCommand.class})
public final class PerfSuiteCommand {
  private static final String LOGGING_PROPERTY = "logback.configurationFile";
  private static final String LOGGING_RESOURCE = "io/channelindex/perf/cli/logback.xml";

  private PerfSuiteCommand() {}

  /** Exits with 0 if all is well, else with a code of {@link Exit}. */
  public static void main(String[] arguments) {
    if (System.getProperty(LOGGING_PROPERTY) == null) {
      System.setProperty(LOGGING_PROPERTY, LOGGING_RESOURCE);
    }
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return new CommandLine(new PerfSuiteCommand())
        .setExecutionExceptionHandler(Exit::onFailure)
        .execute(arguments);
  }
}
