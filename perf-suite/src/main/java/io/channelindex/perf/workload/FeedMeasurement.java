package io.channelindex.perf.workload;

import io.channelindex.perf.follow.ChangesClient;
import io.channelindex.perf.follow.DocumentWriter;
import io.channelindex.perf.follow.FeedKind;
import io.channelindex.perf.follow.FollowerTally;
import io.channelindex.perf.follow.StoredDocuments;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.load.OpenLoop;
import io.channelindex.perf.load.Schedule;
import io.channelindex.perf.measure.LatencyRecorder;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.oracle.FollowerView;
import io.channelindex.perf.oracle.WriteLog;
import io.channelindex.perf.process.ProcessUsage;
import io.channelindex.perf.server.ChangesServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One measurement of followers: connects them, writes, waits until they have been shown everything
 * that was acknowledged or nothing more comes, and judges.
 *
 * <p>Warming up is an open loop of its own, and the measured one begins when its queue is gone:
 * what cold processes could not keep up with is not the latency of warm ones.
 */
final class FeedMeasurement {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final String TOKEN_OPERATIONS = "channelindex_tokens_operations_total";

  private final WorkloadRun run;
  private final Driver driver;
  private final Rhythm rhythm;
  private final ChannelPlan plan;
  private final FeedKind kind;
  private final ChangesServer server;
  private final ChangesClient client;
  private final Duration quiet;
  private final WriteLog log;
  private final LatencyRecorder latencies = new LatencyRecorder();
  private final ProcessUsage generator = new ProcessUsage(ProcessHandle.current().pid());
  private volatile Schedule schedule = new Schedule(0, 1, 0);
  private @Nullable Reading began;
  private @Nullable Reading ended;

  FeedMeasurement(
      WorkloadRun run,
      Driver driver,
      Rhythm rhythm,
      ChannelPlan plan,
      FeedKind kind,
      ChangesServer server,
      ChangesClient client,
      Duration quiet) {
    this.run = run;
    this.driver = driver;
    this.rhythm = rhythm;
    this.plan = plan;
    this.kind = kind;
    this.server = server;
    this.client = client;
    this.quiet = quiet;
    this.log = new WriteLog(plan);
  }

  /** What is used and shown between two of these is the measurement's. */
  private record Reading(
      long nanos,
      Duration serverCpu,
      Duration generatorCpu,
      CompletableFuture<FollowerTally> tally,
      CompletableFuture<Double> tokenOperations) {}

  void into(Outcome.Builder outcome) throws InterruptedException {
    OptionalLong heapBefore = server.usage().liveHeapBytes();
    connect();
    OptionalLong heapAfter = server.usage().liveHeapBytes();
    ChannelWrites writes = new ChannelWrites(run, plan, writer(), log);
    warmUp(writes);
    schedule = rhythm.measured(run.time().nanos() + OpenLoopWorkload.LEAD.toNanos());
    OpenLoop.Result written =
        new OpenLoop(run.time(), progress())
            .run(
                schedule,
                0,
                index -> writes.start(rhythm.warmUp() + index),
                OpenLoopWorkload.PATIENCE);
    driver.failed(written.failed(), written.firstFailure());
    long quiet = run.time().nanos();
    FollowerTally shown = settle(client);
    outcome
        .metric("catch-up", new Metric((run.time().nanos() - quiet) / 1e9, Unit.SECONDS))
        .check("unanswered", written.unanswered())
        .latency("latency", latencies.take())
        .latency("acknowledged", written.latency())
        .metric("rate", new Metric(rhythm.rate(), Unit.OPERATIONS_PER_SECOND))
        .metric("lateness-p99", Metric.milliseconds(written.lateness().percentile(99)))
        .metric("unknown-outcomes", Metric.count(writes.unknown()));
    judge(shown, newcomers(), outcome);
    usage(heapBefore, heapAfter, outcome);
  }

  private void warmUp(ChannelWrites writes) throws InterruptedException {
    run.phases().at("warm up", 0, rhythm.rate());
    Schedule cold = rhythm.warmUp(run.time().nanos() + OpenLoopWorkload.LEAD.toNanos());
    OpenLoop.Result warmed =
        new OpenLoop(run.time(), write -> {})
            .run(cold, 0, writes::start, OpenLoopWorkload.PATIENCE);
    driver.failed(warmed.failed(), warmed.firstFailure());
    settle(client);
  }

  private DocumentWriter writer() {
    return switch (run.feeds().writer()) {
      case REST -> client.documents();
      case PROCESS -> new StoredDocuments(run.session().collection(), run.session().vbuckets());
    };
  }

  private void connect() throws InterruptedException {
    run.phases().at("connect", 0, 0);
    List<Integer> channels = new ArrayList<>();
    for (int follower = 0; follower < run.feeds().followers(); follower++) {
      channels.add(follower % plan.channels());
    }
    client.follow(
        kind,
        run.namespace(),
        run.time(),
        channels,
        channel -> new FollowerView(plan, channel, this::arrived));
  }

  private void arrived(int write, long nanos) {
    if (write >= rhythm.warmUp()) {
      latencies.record(schedule.due(write - rhythm.warmUp()), nanos);
    }
  }

  private IntConsumer progress() {
    IntConsumer tell = rhythm.progress(run.phases());
    int last = rhythm.operations() - rhythm.warmUp() - 1;
    return index -> {
      if (index == 0) {
        began = read();
      } else if (index == last) {
        ended = read();
      }
      tell.accept(rhythm.warmUp() + index);
    };
  }

  private Reading read() {
    return new Reading(
        run.time().nanos(),
        server.usage().cpu(),
        generator.cpu(),
        client.tallyLater(),
        server.counter(TOKEN_OPERATIONS));
  }

  /**
   * What one more follower of each channel is shown, from the beginning: those before may have been
   * shown from the server's memory what is not in the index.
   */
  private FollowerTally newcomers() throws InterruptedException {
    run.phases().at("read again", 0, 0);
    try (ChangesClient late = new ChangesClient(server.address(), run.namespace().database())) {
      late.follow(
          FeedKind.CONTINUOUS,
          run.namespace(),
          run.time(),
          IntStream.range(0, plan.channels()).boxed().toList(),
          channel -> new FollowerView(plan, channel, (write, nanos) -> {}));
      return settle(late);
    }
  }

  /** Waits until every follower was shown everything, or nothing has come for a while. */
  private FollowerTally settle(ChangesClient followers) throws InterruptedException {
    List<List<WriteLog.Expectation>> expected = log.expectations();
    long rows = -1;
    long moved = run.time().nanos();
    while (true) {
      FollowerTally tally = followers.tally(expected);
      long now = run.time().nanos();
      if (tally.rows() != rows) {
        rows = tally.rows();
        moved = now;
      }
      if (tally.missed() == 0 || now - moved > quiet.toNanos()) {
        return tally;
      }
      run.phases().at("catch up", 0, 0);
      run.time().sleepUntil(now + POLL.toNanos());
    }
  }

  private static void judge(FollowerTally shown, FollowerTally newcomers, Outcome.Builder outcome) {
    FollowerTally all = shown.plus(newcomers);
    outcome
        .check("missed", shown.missed())
        .check("missed-by-newcomers", newcomers.missed())
        .check("out-of-order", all.outOfOrder())
        .check("unexpected", all.unexpected())
        .metric("rows", Metric.count(shown.rows()))
        .metric("repeated", Metric.count(shown.repeated()))
        .metric("interruptions", Metric.count(shown.interruptions()));
    for (String check : List.of("missed", "out-of-order", "unexpected")) {
      outcome.note(check, all.firstProblem());
    }
    outcome.note("missed-by-newcomers", newcomers.firstProblem());
    if (shown.tokens() > 0) {
      outcome
          .metric(
              "token-mean", new Metric((double) shown.tokenBytes() / shown.tokens(), Unit.BYTES))
          .metric("token-longest", new Metric(shown.longestToken(), Unit.BYTES));
    }
  }

  private void usage(OptionalLong heapBefore, OptionalLong heapAfter, Outcome.Builder outcome) {
    Reading from = began;
    Reading to = ended;
    if (from == null || to == null) {
      return;
    }
    double seconds = (to.nanos() - from.nanos()) / 1e9;
    FollowerTally before = from.tally().join();
    FollowerTally after = to.tally().join();
    outcome.metric(
        "delivered", new Metric((after.rows() - before.rows()) / seconds, Unit.ROWS_PER_SECOND));
    long requests = after.requests() - before.requests();
    if (kind == FeedKind.LONGPOLL && requests > 0) {
      double operations = to.tokenOperations().join() - from.tokenOperations().join();
      outcome
          .metric("requests", new Metric(requests / seconds, Unit.REQUESTS_PER_SECOND))
          .metric(
              "token-operations", new Metric(operations / requests, Unit.OPERATIONS_PER_REQUEST));
    }
    int followers = run.feeds().followers();
    double serverSeconds = to.serverCpu().minus(from.serverCpu()).toNanos() / 1e9;
    double generatorSeconds = to.generatorCpu().minus(from.generatorCpu()).toNanos() / 1e9;
    outcome
        .metric("server-cpu", new Metric(100 * serverSeconds / seconds, Unit.PERCENT))
        .metric("generator-cpu", new Metric(100 * generatorSeconds / seconds, Unit.PERCENT))
        .metric(
            "follower-cpu",
            new Metric(1e6 * serverSeconds / seconds / followers, Unit.MICROSECONDS_PER_SECOND));
    server
        .usage()
        .residentBytes()
        .ifPresent(
            bytes ->
                outcome.metric(
                    "server-memory", new Metric(bytes / (1024.0 * 1024), Unit.MEBIBYTES)));
    if (heapBefore.isPresent() && heapAfter.isPresent()) {
      double bytes = Math.max(0, heapAfter.getAsLong() - heapBefore.getAsLong());
      outcome.metric("follower-heap", new Metric(bytes / 1024 / followers, Unit.KIBIBYTES));
    }
  }
}
