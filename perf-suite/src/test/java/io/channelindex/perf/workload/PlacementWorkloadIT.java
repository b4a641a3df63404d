package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import java.util.LinkedHashMap;
import java.util.List;
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

  private OneNode node;

  @BeforeAll
  void start() throws InterruptedException {
    node = OneNode.start(64, SETTINGS.load());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private WorkloadRun run(String id, PhaseListener phases) {
    return new WorkloadRun(
        node.session(),
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
    long before = node.indexDocuments();

    Outcome outcome = new PlacementWorkload().run(run("all", (phase, share, rate) -> {}));

    assertThat(outcome.isRight()).as("%s", outcome).isTrue();
    Map<String, Map<String, Metric>> cells = new LinkedHashMap<>();
    outcome
        .cells()
        .forEach(cell -> cells.put(cell.parameters().get("placement").toString(), cell.metrics()));
    assertThat(cells.keySet())
        .containsExactly("spread", "colocated:1:64", "colocated:4:64", "colocated:16:64");
    assertThat(cells.values())
        .allSatisfy(
            cell ->
                assertThat(cell)
                    .containsKeys("vbuckets_per_read", "fullest_vbucket", "read_p50", "read_p99"));
    String asked = PlacementFigure.VBUCKETS_PER_READ.label();
    assertThat(cells.get("spread").get(asked).value()).isGreaterThan(45);
    assertThat(cells.get("colocated:1:64").get(asked).value()).isEqualTo(1);
    assertThat(cells.get("colocated:16:64").get(asked).value()).isEqualTo(16);
    assertThat(node.indexDocuments()).as("cleaned up").isEqualTo(before);
  }

  @Test
  void fewerServersAreAskedTheFewerVbucketsAChannelHas() throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    List<Placement> placements =
        List.of(Placement.SPREAD, Placement.colocated(1, 64), Placement.colocated(2, 64));

    new PlacedIndexes(run("servers", (phase, share, rate) -> {}), 64).measure(placements, outcome);

    Outcome found = outcome.build();
    assertThat(found.isRight()).as("%s", found).isTrue();
    List<Double> servers = figures(found, PlacementFigure.SERVERS_PER_READ);
    assertThat(servers.get(0)).isEqualTo(3);
    assertThat(servers.get(1)).isEqualTo(1);
    assertThat(servers.get(2)).isBetween(1.0, 2.0);
    assertThat(figures(found, PlacementFigure.REQUESTS_PER_READ))
        .as("as many documents wherever they are")
        .allSatisfy(requests -> assertThat(requests).isBetween(64.0, 128.0));
    List<Double> spared = figures(found, PlacementFigure.SPARED);
    assertThat(spared.get(0)).isZero();
    assertThat(spared.get(1)).as("two of three servers are not slow").isBetween(30.0, 95.0);
  }

  private static List<Double> figures(Outcome found, PlacementFigure figure) {
    return found.cells().stream().map(cell -> cell.metrics().get(figure.label()).value()).toList();
  }

  @Test
  void anInterruptedRunLeavesNothing() {
    long before = node.indexDocuments();
    PhaseListener impatient =
        (phase, share, rate) -> {
          if (phase.equals("pass 2 of 4")) {
            Thread.currentThread().interrupt();
          }
        };

    assertThatThrownBy(() -> new PlacementWorkload().run(run("stop", impatient)))
        .isInstanceOf(InterruptedException.class);

    assertThat(node.indexDocuments()).isEqualTo(before);
  }

  @Test
  void aPlantedLossIsFoundInEveryPassThatFollows() throws InterruptedException {
    String[] gone = new String[1];
    WorkloadRun run =
        run(
            "loss",
            (phase, share, rate) -> {
              if (phase.equals("pass 3 of 4")) {
                node.session().index().removeIfThere(gone[0]).join();
              }
            });
    gone[0] = new IndexKeys(run.namespace().database(0)).head("channel-1", 3);

    Outcome outcome = new PlacementWorkload().run(run);

    assertThat(outcome.isRight()).isFalse();
    assertThat(outcome.cells().get(0).checks()).containsEntry("wrong", 2L);
    assertThat(outcome.cells().subList(1, 4)).allMatch(Outcome::isRight);
  }
}
