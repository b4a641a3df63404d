package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.CodecCells;
import io.channelindex.perf.config.CodecSettings;
import io.channelindex.perf.config.Credentials;
import io.channelindex.perf.config.FeedLoadSettings;
import io.channelindex.perf.config.FeedWriter;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.target.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The whole way, with the real server's process, in which faults are planted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedServerFaultsIT {
  private static final LoadSettings LOAD =
      new LoadSettings(
          5, 600, 600, 120, Duration.ofMillis(400), Duration.ofMillis(100), 64, 400, 1, 1_024);
  private static final FeedLoadSettings FEEDS =
      new FeedLoadSettings(
          12,
          4,
          100,
          60,
          512,
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          FeedWriter.REST,
          500,
          256);
  private static final double STALL_MILLIS = 50;

  private final AtomicInteger runs = new AtomicInteger();
  private EmbeddedCouchbase node;
  private ClusterSession session;

  @BeforeAll
  void start() throws InterruptedException {
    node =
        EmbeddedCouchbase.builder()
            .port(0)
            .managerPort(0)
            .vbuckets(16)
            .bucket("data")
            .bucket("index")
            .start();
    session =
        ClusterSession.open(
            new Endpoint(
                node.connectionString(),
                new Credentials(node.username(), node.password()),
                new Buckets("data", "index")),
            LOAD,
            "it");
  }

  @AfterAll
  void stop() {
    session.close();
    node.close();
  }

  private Outcome run(FeedVariant variant, String... faults) throws InterruptedException {
    WorkloadRun run =
        new WorkloadRun(
            session,
            LOAD,
            FEEDS,
            new CodecSettings(CodecCells.FEW, Duration.ofMillis(10)),
            new Namespace("f" + runs.incrementAndGet(), variant.label()),
            TimeSource.SYSTEM,
            (phase, share, rate) -> {});
    return new FeedWorkload(variant, FeedWorkload.process(List.of(faults))).run(run);
  }

  @Test
  void aLostBlockWriteIsMissed() throws InterruptedException {
    // The first writes of blocks are those of the documents that say that the server works.
    Outcome outcome = run(FeedVariant.CONTINUOUS, "-Dchannelindex.fault.lose-block=61");
    assertThat(outcome.checks().get("missed")).isPositive();
    assertThat(outcome.notes().get("missed")).contains("expected=version ");
    assertThat(outcome.isRight()).isFalse();
  }

  @Test
  void aStallOfEveryCommitShowsInThePercentiles() throws InterruptedException {
    Outcome quick = run(FeedVariant.CONTINUOUS);
    Outcome slow = run(FeedVariant.CONTINUOUS, "-Dchannelindex.fault.stall=50ms");
    assertThat(quick.isRight()).as("%s %s", quick.checks(), quick.notes()).isTrue();
    assertThat(slow.isRight()).as("%s %s", slow.checks(), slow.notes()).isTrue();
    assertThat(millis(slow, "latency-p50") - millis(quick, "latency-p50"))
        .isGreaterThan(STALL_MILLIS / 2);
    assertThat(millis(slow, "latency-p50")).isGreaterThan(STALL_MILLIS);
  }

  private static double millis(Outcome outcome, String metric) {
    return outcome.metrics().get(metric).value();
  }
}
