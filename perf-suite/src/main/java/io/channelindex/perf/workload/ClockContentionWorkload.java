package io.channelindex.perf.workload;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.load.ClosedLoop;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.clocks.ClockStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * How much the owners of partitions are in each other's way when they advance a clock of the whole
 * database, by how it is kept and how many they are: a closed loop per writer, without a pause. All
 * of them are in this process and share its client, so that a conflict costs them less than it
 * costs servers on different machines; how many there are is the same.
 *
 * <p>The first pass over all cells warms up; the others are compared.
 */
final class ClockContentionWorkload implements Workload {
  private static final int[] WRITERS = {1, 4, 16, 64};
  private static final int PASSES = 4;
  private static final int THREADS = 2;

  /** What of the time that others measure a cell gets in a pass: twelve of them are in turns. */
  private static final int TURNS = 16;

  private final Consumer<ContentionCell> beforeCheck;

  ClockContentionWorkload() {
    this(cell -> {});
  }

  /**
   * @param beforeCheck what a test does to a cell behind the back of its writers, before it is
   *     judged
   */
  ClockContentionWorkload(Consumer<ContentionCell> beforeCheck) {
    this.beforeCheck = beforeCheck;
  }

  @Override
  public String name() {
    return "clock-contention";
  }

  @Override
  public String description() {
    return "Updates of a clock that many owners advance, by how it is kept.";
  }

  @Override
  public Scope scope() {
    return Scope.LAST_TARGET;
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    ExecutorService executor = executor();
    try (IndexBucket bucket =
        new CouchbaseIndexBucket(
            run.session().indexCollection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(ClusterSession.OPERATION_TIMEOUT))) {
      return compare(run, cells(run, bucket, executor));
    } finally {
      executor.shutdownNow();
    }
  }

  private static List<ContentionCell> cells(
      WorkloadRun run, IndexBucket bucket, ExecutorService executor) {
    IndexKeys keys = new IndexKeys(run.namespace().database());
    PartitionMap map = PartitionMap.ofVbuckets(run.session().vbuckets());
    List<ContentionCell> cells = new ArrayList<>();
    for (int writers : WRITERS) {
      for (ClockStrategy strategy : ClockStrategy.values()) {
        cells.add(new ContentionCell(strategy, writers, map, keys, bucket, run.time(), executor));
      }
    }
    return cells;
  }

  private Outcome compare(WorkloadRun run, List<ContentionCell> cells) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    Duration turn = run.load().measure().dividedBy(TURNS);
    driver.cleaningUp(
        () -> remove(run, driver, cells),
        () -> {
          fill(run, driver, cells);
          for (int pass = 0; pass < PASSES; pass++) {
            pass(run, driver, inTurn(cells, pass), turn, pass);
            if (pass == 0) {
              cells.forEach(ContentionCell::forget);
            }
          }
        });
    cells.forEach(cell -> outcome.cell(cell.outcome()));
    return outcome.parameter("turn-ms", turn.toMillis()).parameter("passes", PASSES).build();
  }

  private static void fill(WorkloadRun run, Driver driver, List<ContentionCell> cells)
      throws InterruptedException {
    int partitions = PartitionMap.ofVbuckets(run.session().vbuckets()).partitions();
    for (ContentionCell cell : cells) {
      driver.each("load", partitions, 1, cell::fill);
    }
  }

  /** Each pass begins with another cell: none has the place after a pause every time. */
  private static List<ContentionCell> inTurn(List<ContentionCell> cells, int pass) {
    List<ContentionCell> order = new ArrayList<>(cells);
    Collections.rotate(order, -pass * cells.size() / PASSES);
    return order;
  }

  private void pass(
      WorkloadRun run, Driver driver, List<ContentionCell> cells, Duration turn, int pass)
      throws InterruptedException {
    for (int i = 0; i < cells.size(); i++) {
      ContentionCell cell = cells.get(i);
      double share = (pass + (double) i / cells.size()) / PASSES;
      run.phases().at("pass " + (pass + 1) + " of " + PASSES, share, 0);
      ClosedLoop loop = new ClosedLoop(cell.writers(), cell.writers(), cell::update);
      long started = run.time().nanos();
      loop.start(ClosedLoop.ENDLESS);
      try {
        run.time().sleepUntil(started + turn.toNanos());
      } finally {
        loop.stop();
        driver.awaitEnd("settle", loop, 0);
      }
      cell.measured(run.time().nanos() - started, answer(cell.documentBytes()));
      beforeCheck.accept(cell);
      cell.judge(answer(cell.read()));
    }
  }

  private static void remove(WorkloadRun run, Driver driver, List<ContentionCell> cells)
      throws InterruptedException {
    List<String> keys = cells.stream().flatMap(cell -> cell.documents().stream()).toList();
    driver.each("clean up", keys.size(), i -> run.session().index().removeIfThere(keys.get(i)));
  }

  private static <T> T answer(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage
          .toCompletableFuture()
          .get(2 * ClusterSession.OPERATION_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new PerfException("shared clock cannot be read: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new PerfException("shared clock is not read in time", e);
    }
  }

  private static ExecutorService executor() {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        THREADS,
        task -> {
          Thread thread = new Thread(task, "perf-clocks-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
