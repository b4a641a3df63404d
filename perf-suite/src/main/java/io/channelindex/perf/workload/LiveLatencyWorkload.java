package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.NamespaceObserver;
import io.channelindex.perf.load.OpenLoop;
import io.channelindex.perf.load.Schedule;
import io.channelindex.perf.measure.LatencyDistribution;
import io.channelindex.perf.measure.LatencyRecorder;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.oracle.ObservedState;

/**
 * How long it takes until a feed shows a write, at a fixed rate of writes, counted from the time
 * the write was due. Each document is written once, so that every write must be shown.
 */
final class LiveLatencyWorkload implements Workload {
  @Override
  public String name() {
    return "dcp-live-latency";
  }

  @Override
  public String description() {
    return "Writes at a fixed rate: from the time each was due until a change feed shows it.";
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    Rhythm rhythm = Rhythm.of(run.load());
    DocumentSet documents = new DocumentSet(run, rhythm.operations());
    driver.cleaningUp(documents, () -> measure(run, driver, rhythm, documents, outcome));
    return outcome
        .parameter("rate", run.load().rate())
        .parameter("document-bytes", run.load().documentBytes())
        .parameter("feed-buffer-kib", run.load().feedBufferKib())
        .build();
  }

  private static void measure(
      WorkloadRun run, Driver driver, Rhythm rhythm, DocumentSet documents, Outcome.Builder outcome)
      throws InterruptedException {
    ObservedState observed = new ObservedState(documents.size(), run.session().vbuckets());
    Arrival arrival = new Arrival(run.time(), rhythm.warmUp());
    NamespaceObserver observer = new NamespaceObserver(run.namespace(), observed, arrival);
    try (ChangeFeed feed = run.session().changes(observer)) {
      feed.streamFrom(feed.positions());
      OpenLoop loop = new OpenLoop(run.time(), rhythm.progress(run.phases()));
      Schedule schedule = rhythm.schedule(run.time().nanos() + OpenLoopWorkload.LEAD.toNanos());
      arrival.expect(schedule);
      OpenLoop.Result writes =
          loop.run(schedule, rhythm.warmUp(), documents::upsert, OpenLoopWorkload.PATIENCE);
      driver.failed(writes.failed(), writes.firstFailure());
      driver.resolve(documents);
      driver.awaitReached(feed, observed, feed.seqnos());
      Feeds.compare(documents, observed, "", outcome);
      outcome
          .check("unanswered", writes.unanswered())
          .metric("rate", new Metric(rhythm.rate(), Unit.OPERATIONS_PER_SECOND))
          .latency("latency", arrival.latencies())
          .latency("acknowledged", writes.latency())
          .metric("lateness-p99", Metric.milliseconds(writes.lateness().percentile(99)));
    }
  }

  private static final class Arrival implements NamespaceObserver.Arrivals {
    private final TimeSource time;
    private final int warmUp;
    private final LatencyRecorder latencies = new LatencyRecorder();
    private volatile Schedule schedule = new Schedule(0, 1, 0);

    Arrival(TimeSource time, int warmUp) {
      this.time = time;
      this.warmUp = warmUp;
    }

    /** Before the first write: when each of them is due. */
    void expect(Schedule writes) {
      schedule = writes;
    }

    @Override
    public void arrived(int index) {
      Schedule writes = schedule;
      if (index >= warmUp && index < writes.operations()) {
        latencies.record(writes.due(index), time.nanos());
      }
    }

    LatencyDistribution latencies() {
      return latencies.take();
    }
  }
}
