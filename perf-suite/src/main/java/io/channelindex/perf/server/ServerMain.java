package io.channelindex.perf.server;

import io.channelindex.perf.process.Lifeline;
import io.channelindex.server.cli.ChangesServerCommand;
import java.util.Arrays;

/** The main class of the changes server's process: its own command, tied to the suite. */
final class ServerMain {
  private ServerMain() {}

  /**
   * Runs the server until it is told to stop or the other process has gone.
   *
   * @param arguments the id of the other process, then those of the server's command
   */
  public static void main(String[] arguments) {
    Lifeline.endWith(Long.parseLong(arguments[0]));
    ChangesServerCommand.main(Arrays.copyOfRange(arguments, 1, arguments.length));
  }
}
