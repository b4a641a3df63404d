package io.channelindex.perf.workload;

import io.channelindex.perf.config.MatrixSettings;
import io.channelindex.perf.config.MatrixShape;
import io.channelindex.perf.indexing.IndexVariant;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Layout {@code log} where every partition has several full batches to write, which is what its
 * goals speak of: with fewer documents, the first block and head of each channel in each partition
 * are most of what is written. Beside it the raw stream of the same documents, in the same run. The
 * outcome has one cell, as the matrix has; nothing is read but to judge it, and nothing compacted.
 */
final class FullLoadWorkload implements Workload {
  private static final IndexVariant LOG = new IndexVariant("log", "none");
  private static final MatrixShape SHAPE = MatrixShape.FEW_LARGE;

  @Override
  public String name() {
    return "full-load";
  }

  @Override
  public String description() {
    return "Layout log with several full batches in every partition, beside the raw stream.";
  }

  @Override
  public Scope scope() {
    return Scope.LAST_TARGET;
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    MatrixSettings settings = run.matrix();
    Outcome.Builder outcome = new Outcome.Builder().parameter("repeats", settings.repeats());
    WorkloadRun alone =
        run.with(
            new MatrixSettings(
                List.of(LOG.layout()),
                List.of(LOG.compression()),
                List.of(SHAPE),
                settings.repeats(),
                settings.fullLoadDocuments(),
                settings.compactAfter(),
                settings.fullLoadDocuments(),
                settings.fullLoadWarmUps()));
    ScheduledThreadPoolExecutor executor = IndexThreads.start();
    try {
      new MatrixRun(
              alone,
              SHAPE,
              List.of(new MatrixCell(LOG, MatrixCell.Row.CELL)),
              MatrixRun.Extent.WRITES,
              WarmUp.untilCompiled(settings.fullLoadWarmUps(), run.time()::nanos),
              executor,
              MatrixWorkload.Meddling.NONE)
          .run(outcome);
    } finally {
      executor.shutdownNow();
    }
    return outcome.build();
  }
}
