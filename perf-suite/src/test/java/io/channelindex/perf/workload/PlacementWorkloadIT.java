package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.Credentials;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.target.Endpoint;
import io.channelindex.storage.IndexKeys;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is measured of placements, and the check against something planted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlacementWorkloadIT {
  private static final SuiteSettings SETTINGS =
      SuiteSettings.from(Map.of("perf.profile", "smoke", "perf.seconds", "1"));

  private EmbeddedCouchbase node;
  private ClusterSession session;

  @BeforeAll
  void start() throws InterruptedException {
    node =
        EmbeddedCouchbase.builder()
            .port(0)
            .managerPort(0)
            .vbuckets(64)
            .bucket("data")
            .bucket("index")
            .start();
    session =
        ClusterSession.open(
            new Endpoint(
                node.connectionString(),
                new Credentials(node.username(), node.password()),
                new Buckets("data", "index")),
            SETTINGS.load(),
            "it");
  }

  @AfterAll
  void stop() {
    session.close();
    node.close();
  }

  private WorkloadRun run(String id, PhaseListener phases) {
    return new WorkloadRun(
        session,
        Optional.empty(),
        SETTINGS.load(),
        SETTINGS.feeds(),
        SETTINGS.codecs(),
        SETTINGS.matrix(),
        new Namespace(id, "channel-placement"),
        TimeSource.SYSTEM,
        phases);
  }

  @Test
  void fewerVbucketsAreAskedTheFewerAChannelHas() throws InterruptedException {
    long before = node.bucket("index").documentCount();

    Outcome outcome = new PlacementWorkload().run(run("all", (phase, share, rate) -> {}));

    assertThat(outcome.isRight()).as("%s", outcome).isTrue();
    Map<String, Map<String, Metric>> cells = new LinkedHashMap<>();
    outcome
        .cells()
        .forEach(cell -> cells.put(cell.parameters().get("placement").toString(), cell.metrics()));
    assertThat(cells.keySet())
        .containsExactly("spread", "colocated:1:64", "colocated:4:64", "colocated:16:64");
    for (PlacementFigure figure : PlacementFigure.values()) {
      assertThat(cells.values()).allSatisfy(cell -> assertThat(cell).containsKey(figure.label()));
    }
    String asked = PlacementFigure.VBUCKETS_PER_READ.label();
    assertThat(cells.get("spread").get(asked).value()).isGreaterThan(45);
    assertThat(cells.get("colocated:1:64").get(asked).value()).isEqualTo(1);
    assertThat(cells.get("colocated:16:64").get(asked).value()).isEqualTo(16);
    assertThat(node.bucket("index").documentCount()).as("cleaned up").isEqualTo(before);
  }

  @Test
  void anInterruptedRunLeavesNothing() {
    long before = node.bucket("index").documentCount();
    PhaseListener impatient =
        (phase, share, rate) -> {
          if (phase.equals("pass 2 of 4")) {
            Thread.currentThread().interrupt();
          }
        };

    assertThatThrownBy(() -> new PlacementWorkload().run(run("stop", impatient)))
        .isInstanceOf(InterruptedException.class);

    assertThat(node.bucket("index").documentCount()).isEqualTo(before);
  }

  @Test
  void aPlantedLossIsFoundInEveryPassThatFollows() throws InterruptedException {
    String[] gone = new String[1];
    WorkloadRun run =
        run(
            "loss",
            (phase, share, rate) -> {
              if (phase.equals("pass 3 of 4")) {
                session.index().removeIfThere(gone[0]).join();
              }
            });
    gone[0] = new IndexKeys(run.namespace().database(0)).head("channel-1", 3);

    Outcome outcome = new PlacementWorkload().run(run);

    assertThat(outcome.isRight()).isFalse();
    assertThat(outcome.cells().get(0).checks()).containsEntry("wrong", 2L);
    assertThat(outcome.cells().subList(1, 4)).allMatch(Outcome::isRight);
  }
}
