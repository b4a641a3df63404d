package io.channelindex.perf.workload;

import io.channelindex.perf.config.MatrixSettings;
import io.channelindex.perf.config.MatrixShape;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Which layout and which compression? Every variant of the index writes and reads the same
 * documents, in this process, in turns with the others: the outcome has a cell for each of them on
 * each shape.
 */
final class MatrixWorkload implements Workload {
  private final Meddling meddling;

  /** What a test does to an index behind the back of its writers. */
  @FunctionalInterface
  interface Meddling {
    /** Nothing. */
    Meddling NONE = database -> {};

    /** After the index was written, before it is judged. */
    void meddle(String database) throws InterruptedException;
  }

  MatrixWorkload() {
    this(Meddling.NONE);
  }

  MatrixWorkload(Meddling meddling) {
    this.meddling = meddling;
  }

  @Override
  public String name() {
    return "matrix";
  }

  @Override
  public String description() {
    return "Layouts and compressions of the index on channels of different shapes.";
  }

  @Override
  public Scope scope() {
    return Scope.LAST_TARGET;
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    MatrixSettings settings = run.matrix();
    Outcome.Builder outcome =
        new Outcome.Builder()
            .parameter("layouts", String.join(",", settings.layouts()))
            .parameter("compressions", String.join(",", settings.compressions()))
            .parameter("repeats", settings.repeats())
            .parameter("compact-after-seconds", settings.compactAfter().toMillis() / 1e3)
            .parameter("document-overhead-bytes", MatrixCell.DOCUMENT_OVERHEAD_BYTES);
    ScheduledThreadPoolExecutor executor = IndexThreads.start();
    try {
      for (MatrixShape shape : settings.shapes()) {
        new MatrixRun(
                run,
                shape,
                MatrixRun.cells(settings),
                MatrixRun.Extent.EVERYTHING,
                WarmUp.onePass(),
                executor,
                meddling)
            .run(outcome);
      }
    } finally {
      executor.shutdownNow();
    }
    return outcome.build();
  }
}
