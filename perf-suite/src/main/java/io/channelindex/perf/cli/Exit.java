package io.channelindex.perf.cli;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.compare.UnreadableResultsException;
import io.channelindex.perf.config.InvalidSettingException;
import io.channelindex.perf.target.TargetException;
import picocli.CommandLine;

/** The exit codes of the suite, for scripts. */
final class Exit {
  /** The report is there and sound, and all checks hold. */
  static final int SOUND = 0;

  /** A check failed, the report is not sound, or something got worse. */
  static final int UNSOUND = 1;

  /** A setting, an argument or a file that was given is wrong; nothing was run. */
  static final int USAGE = 2;

  /** The target cannot be started or reached, or lacks something. */
  static final int NO_TARGET = 3;

  /** The run was interrupted; what it had written to an external cluster is removed. */
  static final int INTERRUPTED = 130;

  private Exit() {}

  /**
   * Says what is wrong in one line where the suite knows it, with a stack trace where it does not.
   */
  static int onFailure(
      Exception failure, CommandLine command, CommandLine.ParseResult ignoredResult)
      throws Exception {
    if (failure instanceof PerfException) {
      command.getErr().println("perf-suite: " + failure.getMessage());
      command.getErr().flush();
      if (failure instanceof InvalidSettingException
          || failure instanceof UnreadableResultsException) {
        return USAGE;
      }
      return failure instanceof TargetException ? NO_TARGET : UNSOUND;
    }
    if (failure instanceof InterruptedException) {
      command.getErr().println("perf-suite: interrupted");
      command.getErr().flush();
      return INTERRUPTED;
    }
    throw failure;
  }
}
