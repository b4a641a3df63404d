package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.config.CodecCells;
import io.channelindex.perf.config.CodecSettings;
import io.channelindex.perf.config.FeedLoadSettings;
import io.channelindex.perf.config.FeedWriter;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import java.time.Duration;
import java.util.Optional;
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
  private static final Duration STALL = Duration.ofMillis(50);

  /** Not measured, and so not warmed up: what is lost then would be waited for as well. */
  private static final FeedLoadSettings COLD = feeds(100, Duration.ofSeconds(3), Duration.ZERO);

  /** Far below what a server does that has just started on a machine that has other work. */
  private static final FeedLoadSettings CALM =
      feeds(25, Duration.ofSeconds(3), Duration.ofSeconds(2));

  private final AtomicInteger runs = new AtomicInteger();
  private OneNode node;

  @BeforeAll
  void start() throws InterruptedException {
    node = OneNode.start(16, LOAD);
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private static FeedLoadSettings feeds(int rate, Duration measure, Duration warmUp) {
    return new FeedLoadSettings(12, 4, rate, 60, 512, measure, warmUp, FeedWriter.REST, 500, 256);
  }

  private Outcome run(FeedLoadSettings feeds, String... faults) throws InterruptedException {
    FeedVariant variant = FeedVariant.CONTINUOUS;
    WorkloadRun run =
        new WorkloadRun(
            node.session(),
            Optional.empty(),
            LOAD,
            feeds,
            new CodecSettings(CodecCells.FEW, Duration.ofMillis(10)),
            MatrixWorkloadIT.SMALL,
            new Namespace("f" + runs.incrementAndGet(), variant.label()),
            TimeSource.SYSTEM,
            (phase, share, rate) -> {});
    return new FeedWorkload(variant, ShortLived.server(faults)).run(run);
  }

  @Test
  void aLostBlockWriteIsMissed() throws InterruptedException {
    // The first writes of blocks are those of the documents that say that the server works.
    Outcome outcome = run(COLD, "-Dchannelindex.fault.lose-block=61");
    // Followers are shown it from memory; who comes later has to read it.
    assertThat(outcome.checks().get("missed-by-newcomers")).isPositive();
    assertThat(outcome.notes().get("missed-by-newcomers")).contains("expected=version ");
    assertThat(outcome.isRight()).isFalse();
  }

  /**
   * No change can be shown before its commit is done, so that the stall is in every latency, the
   * lowest too; and the lowest is what a busy machine adds least to.
   */
  @Test
  void aStallOfEveryCommitShowsInThePercentiles() throws InterruptedException {
    Outcome slow = run(CALM, "-Dchannelindex.fault.stall=" + STALL.toMillis() + "ms");
    Outcome quick = run(CALM);
    assertThat(quick.isRight()).as("%s %s", quick.checks(), quick.notes()).isTrue();
    assertThat(slow.isRight()).as("%s %s", slow.checks(), slow.notes()).isTrue();
    assertThat(lowest(slow)).isGreaterThanOrEqualTo(STALL);
    assertThat(lowest(quick)).isLessThan(STALL);
  }

  private static Duration lowest(Outcome outcome) {
    return Duration.ofNanos(outcome.latencies().get("latency").percentile(0));
  }
}
