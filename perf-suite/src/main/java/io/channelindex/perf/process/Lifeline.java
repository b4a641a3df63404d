package io.channelindex.perf.process;

import java.util.concurrent.CompletionStage;

/**
 * Ties a process to the one that started it. A suite that is killed the hard way runs no shutdown
 * hooks; its children would stay behind with all their memory.
 */
public final class Lifeline {
  private static final int ORPHANED = 1;

  private Lifeline() {}

  /**
   * Halts this process when another one has gone, at once if it already has.
   *
   * @param pid the id of the other process
   */
  public static void endWith(long pid) {
    ProcessHandle.of(pid)
        .ifPresentOrElse(Lifeline::watch, () -> Runtime.getRuntime().halt(ORPHANED));
  }

  private static void watch(ProcessHandle other) {
    CompletionStage<ProcessHandle> gone = other.onExit();
    gone.thenRun(() -> Runtime.getRuntime().halt(ORPHANED));
  }
}
