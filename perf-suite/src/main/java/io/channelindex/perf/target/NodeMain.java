package io.channelindex.perf.target;

import io.channelindex.embedded.cli.EmbeddedCouchbaseCommand;
import io.channelindex.perf.process.Lifeline;
import java.util.Arrays;

/** The main class of the embedded node's process: the node's own command, tied to the suite. */
final class NodeMain {
  private NodeMain() {}

  /**
   * Runs the node until it is told to stop or the other process has gone.
   *
   * @param arguments the id of the other process, then those of the node's command
   */
  public static void main(String[] arguments) {
    Lifeline.endWith(Long.parseLong(arguments[0]));
    EmbeddedCouchbaseCommand.main(Arrays.copyOfRange(arguments, 1, arguments.length));
  }
}
