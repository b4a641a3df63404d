package io.channelindex.perf.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.config.SuiteSettings;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TargetPlanTest {
  private final AtomicInteger asked = new AtomicInteger();

  private TargetPlan plan(boolean docker, Map<String, String> properties) {
    return TargetPlan.of(
        SuiteSettings.from(properties).target(),
        () -> {
          asked.incrementAndGet();
          return docker;
        });
  }

  @Test
  void autoIsAContainerWhereDockerAnswersAndSaysSo() {
    TargetPlan plan = plan(true, Map.of());
    assertThat(plan.kind()).isEqualTo(TargetKind.CONTAINER);
    assertThat(plan.why()).isEqualTo("Docker answers");
    assertThat(plan.starts()).hasSize(1);
  }

  @Test
  void autoIsTheEmbeddedNodeElseOncePerVbucketCount() {
    TargetPlan plan = plan(false, Map.of("perf.vbuckets", "64,256,1024"));
    assertThat(plan.kind()).isEqualTo(TargetKind.EMBEDDED);
    assertThat(plan.why()).isEqualTo("Docker does not answer");
    assertThat(plan.starts()).hasSize(3);
  }

  @Test
  void dockerIsNotAskedWhereTheChoiceIsMade() {
    assertThat(plan(true, Map.of("perf.target", "embedded")).kind()).isEqualTo(TargetKind.EMBEDDED);
    assertThat(plan(true, Map.of("perf.connection-string", "couchbase://db")).kind())
        .isEqualTo(TargetKind.EXTERNAL);
    assertThat(plan(false, Map.of("perf.target", "container")).kind())
        .isEqualTo(TargetKind.CONTAINER);
    assertThat(asked).hasValue(0);
  }

  @Test
  void anExternalClusterIsReachedAsItWasSaid() throws InterruptedException {
    TargetPlan plan =
        plan(
            false,
            Map.of(
                "perf.connection-string", "couchbase://db",
                "perf.username", "me",
                "perf.data-bucket", "d",
                "perf.index-bucket", "i"));
    try (Target target = plan.starts().get(0).start()) {
      assertThat(target.kind().label()).isEqualTo("external");
      assertThat(target.endpoint().connectionString()).isEqualTo("couchbase://db");
      assertThat(target.endpoint().credentials().username()).isEqualTo("me");
      assertThat(target.endpoint().buckets().data()).isEqualTo("d");
      assertThat(target.complaints()).isEmpty();
    }
  }
}
