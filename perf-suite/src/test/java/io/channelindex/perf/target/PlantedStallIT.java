package io.channelindex.perf.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.LatencyDistribution;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.workload.Outcome;
import io.channelindex.perf.workload.PhaseListener;
import io.channelindex.perf.workload.Workload;
import io.channelindex.perf.workload.WorkloadRun;
import io.channelindex.perf.workload.Workloads;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way: the node's process is stopped for 50 ms, and the percentiles say so. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
class PlantedStallIT {
  private static final long STALL = TimeUnit.MILLISECONDS.toNanos(50);

  private static void signal(String name, long pid) {
    try {
      assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
          .isZero();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static void stall(long pid) {
    signal("STOP", pid);
    try {
      TimeSource.SYSTEM.sleepUntil(TimeSource.SYSTEM.nanos() + STALL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      signal("CONT", pid);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kv-get-latency", "dcp-live-latency"})
  void aPlantedStallShowsInThePercentiles(String name) throws InterruptedException {
    SuiteSettings settings =
        SuiteSettings.from(
            Map.of("perf.profile", "smoke", "perf.vbuckets", "16", "perf.target", "embedded"));
    try (EmbeddedTarget target = new EmbeddedTarget(settings.target(), 16);
        ClusterSession session = ClusterSession.open(target.endpoint(), settings.load(), "it")) {
      AtomicReference<CompletableFuture<Void>> stalled = new AtomicReference<>();
      PhaseListener stallOnce =
          (phase, share, rate) -> {
            if (phase.equals("measure") && share > 0.5 && stalled.get() == null) {
              stalled.set(CompletableFuture.runAsync(() -> stall(target.pid())));
            }
          };
      Workload workload = Workloads.named(List.of(name)).get(0);
      Outcome outcome =
          workload.run(
              new WorkloadRun(
                  session,
                  target.node(),
                  settings.load(),
                  settings.feeds(),
                  settings.codecs(),
                  settings.matrix(),
                  new Namespace("it", name),
                  TimeSource.SYSTEM,
                  stallOnce));
      stalled.get().join();
      LatencyDistribution latency = outcome.latencies().get("latency");
      assertThat(outcome.isRight()).isTrue();
      // 25 of 500 operations were due during the stall: five in a hundred, not one in five hundred.
      assertThat(latency.max()).isGreaterThan(STALL * 9 / 10);
      assertThat(latency.percentile(99)).isGreaterThan(STALL / 2);
    }
  }
}
