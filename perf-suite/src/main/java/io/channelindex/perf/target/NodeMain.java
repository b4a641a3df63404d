package io.channelindex.perf.target;

import io.channelindex.embedded.cli.EmbeddedCouchbaseCommand;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;

/**
 * The main class of the embedded node's process: the node's own command, and an eye on the process
 * that started it. A suite that is killed the hard way runs no shutdown hooks; its node would stay
 * behind with all its memory.
 */
final class NodeMain {
  private static final int ORPHANED = 1;

  private NodeMain() {}

  /**
   * Runs the node until it is told to stop or the other process has gone.
   *
   * @param arguments the id of the other process, then those of the node's command
   */
  public static void main(String[] arguments) {
    ProcessHandle.of(Long.parseLong(arguments[0]))
        .ifPresentOrElse(NodeMain::endWith, () -> Runtime.getRuntime().halt(ORPHANED));
    EmbeddedCouchbaseCommand.main(Arrays.copyOfRange(arguments, 1, arguments.length));
  }

  private static void endWith(ProcessHandle suite) {
    CompletionStage<ProcessHandle> gone = suite.onExit();
    gone.thenRun(() -> Runtime.getRuntime().halt(ORPHANED));
  }
}
