package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawJsonTranscoder;
import com.couchbase.client.java.kv.UpsertOptions;
import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.ChangeListener;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.config.CodecCells;
import io.channelindex.perf.config.CodecSettings;
import io.channelindex.perf.config.FeedLoadSettings;
import io.channelindex.perf.config.FeedWriter;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.load.DocumentSource;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.process.ProcessUsage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every workload against the embedded node, and each check against something planted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkloadsIT {
  private static final int VBUCKETS = 16;
  private static final int DOCUMENTS = 600;
  private static final LoadSettings LOAD =
      new LoadSettings(
          5,
          DOCUMENTS,
          DOCUMENTS,
          120,
          Duration.ofMillis(400),
          Duration.ofMillis(100),
          64,
          400,
          1,
          1_024);

  private static final FeedLoadSettings FEEDS =
      new FeedLoadSettings(
          20,
          5,
          100,
          60,
          512,
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          FeedWriter.REST,
          500,
          256);

  private final AtomicInteger runs = new AtomicInteger();
  private OneNode node;
  private Cluster meddler;

  @BeforeAll
  void start() throws InterruptedException {
    node = OneNode.start(VBUCKETS, LOAD);
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

  /** All, with servers that start faster than they would be optimized. */
  static List<Workload> workloads() {
    FeedWorkload.Starter servers = ShortLived.server();
    Map<String, Workload> served = new HashMap<>();
    for (FeedVariant variant : FeedVariant.values()) {
      served.put(variant.label(), new FeedWorkload(variant, servers));
    }
    IndexWorkload index = new IndexWorkload(servers);
    served.put(index.name(), index);
    OneShotWorkload oneShot = new OneShotWorkload(servers);
    served.put(oneShot.name(), oneShot);
    return Workloads.all().stream()
        .map(workload -> served.getOrDefault(workload.name(), workload))
        .toList();
  }

  private WorkloadRun run(PhaseListener phases) {
    return new WorkloadRun(
        node.session(),
        Optional.of(new ProcessUsage(ProcessHandle.current().pid())),
        LOAD,
        FEEDS,
        new CodecSettings(CodecCells.FEW, Duration.ofMillis(10)),
        MatrixWorkloadIT.SMALL,
        new Namespace("it" + runs.incrementAndGet(), "w"),
        TimeSource.SYSTEM,
        phases);
  }

  private Collection documents() {
    return meddler.bucket("data").defaultCollection();
  }

  /** Does something once, when a phase begins. */
  private static PhaseListener onceAt(String phase, Runnable meddling) {
    Set<String> done = new HashSet<>();
    return (name, share, rate) -> {
      if (name.equals(phase) && done.add(name)) {
        meddling.run();
      }
    };
  }

  /** Keys that are there, seen by a feed from the very beginning. */
  private Set<String> keysLeft() throws InterruptedException {
    Set<String> keys = ConcurrentHashMap.newKeySet();
    ChangeListener listener =
        new ChangeListener() {
          @Override
          public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {
            keys.add(new String(key, StandardCharsets.UTF_8));
          }

          @Override
          public void deletion(int vbucket, long seqno, byte[] key) {
            keys.remove(new String(key, StandardCharsets.UTF_8));
          }

          @Override
          public void advanced(int vbucket, long seqno) {}
        };
    try (ChangeFeed feed = node.session().changes(listener)) {
      feed.streamBetween(Positions.beginning(VBUCKETS), feed.seqnos());
      feed.awaitEnd(Duration.ofSeconds(30));
    }
    return keys;
  }

  /**
   * All but some feeds that differ from others in one setting of their server, which takes seconds
   * to start: a smoke run of the suite has them.
   */
  static List<Workload> wholeRuns() {
    Set<String> elsewhere =
        Stream.of(
                FeedVariant.CONTINUOUS_PERSISTED,
                FeedVariant.CONTINUOUS_POLL,
                FeedVariant.LONGPOLL,
                FeedVariant.LONGPOLL_LOOKUP)
            .map(FeedVariant::label)
            .collect(Collectors.toSet());
    return workloads().stream().filter(workload -> !elsewhere.contains(workload.name())).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wholeRuns")
  void runsRightMeasuresSomethingAndLeavesNothing(Workload workload) throws InterruptedException {
    Outcome outcome = workload.run(run((phase, share, rate) -> {}));
    assertThat(outcome.checks()).isNotEmpty();
    assertThat(outcome.isRight())
        .as("checks=%s, notes=%s", outcome.checks(), outcome.notes())
        .isTrue();
    List<Metric> measured = new ArrayList<>(outcome.metrics().values());
    outcome.cells().forEach(cell -> measured.addAll(cell.metrics().values()));
    assertThat(measured).anySatisfy(m -> assertThat(m.value()).isPositive());
    assertThat(keysLeft()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("workloads")
  void anInterruptedRunLeavesNothingEither(Workload workload) throws InterruptedException {
    WorkloadRun run =
        run(
            (phase, share, rate) -> {
              if (!phase.equals("load") && !phase.equals("clean up")) {
                Thread.currentThread().interrupt();
              }
            });
    assertThatThrownBy(() -> workload.run(run)).isInstanceOf(InterruptedException.class);
    assertThat(keysLeft()).isEmpty();
  }

  @Test
  void figuresAreThereByTheirNames() throws InterruptedException {
    Workload latency = Workloads.named(List.of("dcp-live-latency")).get(0);
    Outcome outcome = latency.run(run((phase, share, rate) -> {}));
    assertThat(outcome.metrics()).containsKeys("latency-p50", "latency-p99.9", "acknowledged-p99");
    assertThat(outcome.latencies().get("latency").count()).isEqualTo(160);
    assertThat(outcome.latencies().get("acknowledged").count()).isEqualTo(160);
  }

  @Test
  void aPlantedLossFailsTheComparison() throws InterruptedException {
    WorkloadRun[] run = new WorkloadRun[1];
    run[0] =
        run(onceAt("write while streaming", () -> documents().remove(run[0].namespace().key(1))));
    Outcome outcome = new LoadAndCompareWorkload().run(run[0]);
    assertThat(outcome.checks())
        .containsEntry("missed", 1L)
        .containsEntry("quiet-missed", 1L)
        .containsEntry("unexpected", 0L);
    assertThat(outcome.notes())
        .containsEntry("missed", "document=1, expected=version 1, found=gone");
    assertThat(outcome.isRight()).isFalse();
  }

  @Test
  void aPlantedLossOfAnUpdateFailsTheComparison() throws InterruptedException {
    WorkloadRun[] run = new WorkloadRun[1];
    byte[] old = new DocumentSource(LOAD.seed(), LOAD.documentBytes()).body(3, 1);
    run[0] = run(onceAt("stream again", () -> put(run[0].namespace().key(3), old)));
    Outcome outcome = new LoadAndCompareWorkload().run(run[0]);
    assertThat(outcome.checks()).containsEntry("missed", 0L).containsEntry("quiet-missed", 1L);
    assertThat(outcome.notes())
        .containsEntry("quiet-missed", "document=3, expected=version 2, found=version 1");
  }

  @Test
  void aPlantedChangeOfABodyFailsTheBackfill() throws InterruptedException {
    WorkloadRun[] run = new WorkloadRun[1];
    byte[] body = new DocumentSource(LOAD.seed(), LOAD.documentBytes()).body(7, 1);
    body[80] ^= 1;
    run[0] = run(onceAt("stream", () -> put(run[0].namespace().key(7), body)));
    Outcome outcome = new BackfillWorkload().run(run[0]);
    assertThat(outcome.checks()).containsEntry("missed", 0L);
    assertThat(outcome.checks().get("corrupted")).isPositive();
  }

  @Test
  void aPlantedStrangerFailsTheLiveFeed() throws InterruptedException {
    WorkloadRun[] run = new WorkloadRun[1];
    byte[] body = new DocumentSource(LOAD.seed(), LOAD.documentBytes()).body(DOCUMENTS + 5, 1);
    run[0] =
        run(
            onceAt(
                "settle",
                () -> {
                  put(run[0].namespace().key(DOCUMENTS + 5), body);
                  documents().remove(run[0].namespace().key(DOCUMENTS + 5));
                }));
    Outcome outcome = new LiveThroughputWorkload().run(run[0]);
    assertThat(outcome.checks()).containsEntry("missed", 0L);
    assertThat(outcome.checks().get("unexpected")).isPositive();
  }

  @Test
  void aPlantedLossFailsTheReader() throws InterruptedException {
    WorkloadRun[] run = new WorkloadRun[1];
    run[0] = run(onceAt("measure", () -> documents().remove(run[0].namespace().key(9))));
    Outcome outcome = new ClosedLoopWorkload(DocumentOperation.GET).run(run[0]);
    assertThat(outcome.checks().get("missing")).isPositive();
    assertThat(outcome.checks()).containsEntry("wrong", 0L);
  }

  @Test
  void aWriterWithoutMetadataFailsTheSubDocumentReader() throws InterruptedException {
    WorkloadRun[] run = new WorkloadRun[1];
    byte[] body = new DocumentSource(LOAD.seed(), LOAD.documentBytes()).body(9, 1);
    run[0] = run(onceAt("verify", () -> put(run[0].namespace().key(9), body)));
    Outcome outcome = new OpenLoopWorkload(DocumentOperation.WRITE_WITH_METADATA).run(run[0]);
    assertThat(outcome.checks().get("wrong")).isPositive();
  }

  private void put(String key, byte[] body) {
    documents()
        .upsert(key, body, UpsertOptions.upsertOptions().transcoder(RawJsonTranscoder.INSTANCE));
  }
}
