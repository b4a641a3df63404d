package io.channelindex.perf.workload;

import io.channelindex.perf.follow.ChangesClient;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.server.ChangesServer;
import io.channelindex.perf.server.ServerConfig;
import io.channelindex.perf.server.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How long it takes until the followers of a channel are shown a write to one of its documents, at
 * a fixed rate of writes, and whether every one of them is shown everything.
 */
final class FeedWorkload implements Workload {
  /** What has not come when nothing at all came for so long will not come. */
  private static final Duration QUIET = Duration.ofSeconds(8);

  private final FeedVariant variant;
  private final Starter starter;
  private final Duration quiet;

  /** Starts the server of a run. */
  @FunctionalInterface
  interface Starter {
    /** Starts it and waits until it serves. */
    ChangesServer start(WorkloadRun run, ServerConfig config) throws InterruptedException;
  }

  FeedWorkload(FeedVariant variant) {
    this(variant, process(List.of()));
  }

  FeedWorkload(FeedVariant variant, Starter starter) {
    this(variant, starter, QUIET);
  }

  FeedWorkload(FeedVariant variant, Starter starter, Duration quiet) {
    this.variant = variant;
    this.starter = starter;
    this.quiet = quiet;
  }

  /** A process of its own, with further options of its virtual machine. */
  static Starter process(List<String> jvmOptions) {
    return (run, config) -> new ServerProcess(config, run.feeds().serverHeapMib(), jvmOptions);
  }

  @Override
  public String name() {
    return variant.label();
  }

  @Override
  public String description() {
    return variant.description();
  }

  @Override
  public Scope scope() {
    return switch (variant) {
      case CONTINUOUS, LONGPOLL -> Scope.EVERY_TARGET;
      case CONTINUOUS_PERSISTED,
          CONTINUOUS_PUSH,
          CONTINUOUS_POLL,
          LONGPOLL_LOOKUP,
          LONGPOLL_RELATIVE ->
          Scope.LAST_TARGET;
    };
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    Rhythm rhythm = Rhythm.of(run.feeds().rate(), run.feeds().warmUp(), run.feeds().measure());
    ChannelPlan plan =
        new ChannelPlan(run.feeds().channels(), run.feeds().documents(), rhythm.operations());
    ServedDatabase database = new ServedDatabase(run, driver, plan.documents());
    driver.cleaningUp(
        database::cleanUp, () -> measure(run, driver, rhythm, plan, database, outcome));
    return outcome
        .parameter("followers", run.feeds().followers())
        .parameter("channels", plan.channels())
        .parameter("rate", rhythm.rate())
        .parameter("documents", plan.documents())
        .parameter("document-bytes", run.feeds().documentBytes())
        .parameter("writer", lower(run.feeds().writer()))
        .parameter("feed", lower(variant.kind()))
        .parameter("indexed", lower(variant.persistence()))
        .parameter("wake-ups", lower(variant.wakeUps()))
        .parameter("tokens", lower(variant.tokens()))
        .build();
  }

  private void measure(
      WorkloadRun run,
      Driver driver,
      Rhythm rhythm,
      ChannelPlan plan,
      ServedDatabase database,
      Outcome.Builder outcome)
      throws InterruptedException {
    ServerConfig config =
        new ServerConfig(
            run.session().endpoint(),
            run.namespace().database(),
            ServerConfig.Indexing.ALL,
            variant.persistence(),
            variant.wakeUps(),
            variant.tokens());
    run.phases().at("start", 0, 0);
    try (ChangesServer server = starter.start(run, config);
        ChangesClient client = new ChangesClient(server.address(), config.database())) {
      database.awaitWorking(client);
      new FeedMeasurement(run, driver, rhythm, plan, variant.kind(), server, client, quiet)
          .into(outcome);
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
