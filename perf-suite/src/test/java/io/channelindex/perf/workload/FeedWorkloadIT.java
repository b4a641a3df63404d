package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.MutateInOptions;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.StoreSemantics;
import io.channelindex.perf.config.CodecCells;
import io.channelindex.perf.config.CodecSettings;
import io.channelindex.perf.config.FeedLoadSettings;
import io.channelindex.perf.config.FeedWriter;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.follow.FakeChangesServer;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The workloads with followers, against a server from memory in which things are planted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeedWorkloadIT {
  private static final LoadSettings LOAD =
      new LoadSettings(
          5, 600, 600, 120, Duration.ofMillis(400), Duration.ofMillis(100), 64, 400, 1, 1_024);
  private static final FeedLoadSettings FEEDS =
      new FeedLoadSettings(
          12,
          4,
          200,
          60,
          512,
          Duration.ofMillis(1_500),
          Duration.ofMillis(500),
          FeedWriter.REST,
          500,
          256);
  private static final int FOLLOWERS_PER_CHANNEL = 4;
  private static final Duration STALL = Duration.ofMillis(50);

  /** The server that faults are planted in is in this process and never pauses for long. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  private final AtomicInteger runs = new AtomicInteger();
  private OneNode node;
  private Cluster meddler;

  @BeforeAll
  void start() throws InterruptedException {
    node = OneNode.start(16, LOAD);
    meddler =
        Cluster.connect(
            node.node().connectionString(), node.node().username(), node.node().password());
    meddler.bucket("data").waitUntilReady(Duration.ofSeconds(20));
  }

  @AfterAll
  void stop() {
    meddler.disconnect();
    node.close();
  }

  private Outcome run(FeedVariant variant, Consumer<FakeChangesServer> planting)
      throws InterruptedException {
    WorkloadRun run =
        new WorkloadRun(
            node.session(),
            Optional.empty(),
            LOAD,
            FEEDS,
            new CodecSettings(CodecCells.FEW, Duration.ofMillis(10)),
            MatrixWorkloadIT.SMALL,
            new Namespace("it" + runs.incrementAndGet(), variant.label()),
            TimeSource.SYSTEM,
            (phase, share, rate) -> {});
    return new FeedWorkload(
            variant,
            (given, config) -> {
              FakeChangesServer server = new FakeChangesServer();
              planting.accept(server);
              return server;
            },
            QUIET)
        .run(run);
  }

  @ParameterizedTest
  @EnumSource(
      value = FeedVariant.class,
      names = {"CONTINUOUS", "LONGPOLL"})
  void everythingIsShownToEverybody(FeedVariant variant) throws InterruptedException {
    Outcome outcome = run(variant, server -> {});
    assertThat(outcome.isRight()).as("%s %s", outcome.checks(), outcome.notes()).isTrue();
    assertThat(outcome.checks()).containsKeys("missed", "out-of-order", "unexpected", "failed");
    assertThat(outcome.latencies().get("latency").count()).isGreaterThan(300L);
    assertThat(outcome.metrics())
        .containsKeys("latency-p99.9", "delivered", "server-cpu", "follower-cpu", "token-mean");
    assertThat(outcome.metrics().get("rows").value()).isGreaterThan(1_200);
    assertThat(outcome.metrics().get("repeated").value()).isZero();
    assertThat(outcome.parameters()).containsEntry("followers", 12).containsEntry("channels", 3);
    assertThat(outcome.metrics().containsKey("requests"))
        .isEqualTo(variant == FeedVariant.LONGPOLL);
    assertThat(outcome.metrics().containsKey("token-operations"))
        .isEqualTo(variant == FeedVariant.LONGPOLL);
  }

  @ParameterizedTest
  @EnumSource(
      value = FeedVariant.class,
      names = {"CONTINUOUS", "LONGPOLL"})
  void aPlantedLossIsMissedByEveryFollowerOfTheChannel(FeedVariant variant)
      throws InterruptedException {
    // The last document that is created: nothing comes after it that would make up for it.
    Outcome outcome = run(variant, server -> server.lost = row -> row.id().endsWith("0000009f"));
    assertThat(outcome.checks())
        .containsEntry("missed", (long) FOLLOWERS_PER_CHANNEL)
        .containsEntry("out-of-order", 0L)
        .containsEntry("unexpected", 0L);
    assertThat(outcome.notes().get("missed")).contains("document=159").contains("never seen");
  }

  @Test
  void plantedRepeatsAndReorderingsAreCounted() throws InterruptedException {
    Outcome repeats =
        run(FeedVariant.CONTINUOUS, server -> server.repeated = row -> row.generation() == 2);
    assertThat(repeats.isRight()).isTrue();
    assertThat(repeats.metrics().get("repeated").value()).isPositive();
    Outcome late =
        run(FeedVariant.CONTINUOUS, server -> server.late = row -> row.generation() == 2);
    assertThat(late.checks().get("out-of-order")).isPositive();
    assertThat(late.checks()).containsEntry("missed", 0L);
  }

  @Test
  void aPlantedStallShowsInEveryPercentile() throws InterruptedException {
    Outcome slow = run(FeedVariant.CONTINUOUS, server -> server.stallMillis = STALL.toMillis());
    Outcome quick = run(FeedVariant.CONTINUOUS, server -> {});
    // The lowest latency is what a busy machine adds least to.
    assertThat(lowest(slow)).isBetween(STALL, STALL.multipliedBy(2));
    assertThat(lowest(quick)).isLessThan(STALL);
    assertThat(slow.isRight()).isTrue();
  }

  private static Duration lowest(Outcome outcome) {
    return Duration.ofNanos(outcome.latencies().get("latency").percentile(0));
  }

  @Test
  void unknownOutcomesAreResolvedByLookingIntoTheBucket() throws InterruptedException {
    Collection data = meddler.bucket("data").defaultCollection();
    Outcome outcome =
        run(
            FeedVariant.CONTINUOUS,
            server -> {
              server.unanswered = number -> number > 50 && number % 37 < 2;
              server.listener =
                  (id, revision) ->
                      Objects.requireNonNull(
                          data.mutateIn(
                              id,
                              List.of(MutateInSpec.upsert("_ci", Map.of("rev", revision)).xattr()),
                              MutateInOptions.mutateInOptions()
                                  .storeSemantics(StoreSemantics.UPSERT)));
            });
    assertThat(outcome.isRight()).as("%s %s", outcome.checks(), outcome.notes()).isTrue();
    assertThat(outcome.metrics().get("unknown-outcomes").value()).isGreaterThan(10);
    assertThat(data.exists("perf:it" + runs.get() + ":continuous:00000000").exists()).isFalse();
  }

  @Test
  void feedsThatBreakOffGoOnWhereTheyWere() throws InterruptedException {
    AtomicInteger cuts = new AtomicInteger();
    Outcome outcome =
        run(
            FeedVariant.CONTINUOUS,
            server ->
                server.listener =
                    (id, revision) -> {
                      if (cuts.incrementAndGet() == 200) {
                        server.cut();
                      }
                    });
    assertThat(outcome.isRight()).as("%s %s", outcome.checks(), outcome.notes()).isTrue();
    assertThat(outcome.metrics().get("interruptions").value()).isPositive();
  }
}
