package io.channelindex.perf.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.workload.Outcome;
import io.channelindex.perf.workload.Workload;
import io.channelindex.perf.workload.WorkloadRun;
import io.channelindex.perf.workload.Workloads;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryWorkloadIT {
  @Test
  void aDocumentTakesMoreHeapThanKeyAndValueAndNotTwiceAsMuch() throws InterruptedException {
    SuiteSettings settings =
        SuiteSettings.from(
            Map.of(
                "perf.target", "embedded",
                "perf.node-heap-mib", "256",
                "perf.compare-documents", "50000"));
    Workload workload = Workloads.named(List.of("memory")).get(0);
    try (EmbeddedTarget target = new EmbeddedTarget(settings.target(), 64);
        ClusterSession session = ClusterSession.open(target.endpoint(), settings.load(), "it")) {
      Outcome outcome =
          workload.run(
              new WorkloadRun(
                  session,
                  target.node(),
                  settings.load(),
                  settings.feeds(),
                  settings.codecs(),
                  settings.matrix(),
                  new Namespace("it", workload.name()),
                  TimeSource.SYSTEM,
                  (phase, share, rate) -> {}));
      assertThat(outcome.isRight()).isTrue();
      // An object with nine fields and two arrays cannot take less; a leak of a frame takes more.
      assertThat(outcome.metrics().get("overhead-per-document").value()).isBetween(80.0, 170.0);
    }
  }
}
