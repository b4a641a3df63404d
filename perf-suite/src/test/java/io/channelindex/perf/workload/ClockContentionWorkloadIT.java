package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is measured of clocks, and the checks against something planted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClockContentionWorkloadIT {
  private static final SuiteSettings SETTINGS =
      SuiteSettings.from(Map.of("perf.profile", "smoke", "perf.seconds", "1"));

  private static final PhaseListener QUIET = (phase, share, rate) -> {};

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
        new Namespace(id, "clock-contention"),
        TimeSource.SYSTEM,
        phases);
  }

  private static String name(Outcome cell) {
    return cell.parameters().get("clock-strategy") + "-" + cell.parameters().get("writers");
  }

  @Test
  void everyStrategyIsMeasuredWithEveryNumberOfWriters() throws InterruptedException {
    long before = node.indexDocuments();

    Outcome outcome = new ClockContentionWorkload().run(run("all", QUIET));

    assertThat(outcome.isRight()).as("%s", outcome).isTrue();
    Map<String, Map<String, Metric>> cells = new HashMap<>();
    outcome.cells().forEach(cell -> cells.put(name(cell), cell.metrics()));
    assertThat(cells).hasSize(12);
    for (ContentionFigure figure : ContentionFigure.values()) {
      assertThat(cells.values()).allSatisfy(cell -> assertThat(cell).containsKey(figure.label()));
    }
    // Who is alone has nobody in the way; who has a document of his own is as good as alone.
    for (String alone : new String[] {"single-document-1", "sharded-64", "sub-document-1"}) {
      assertThat(cells.get(alone).get("cas_retries_per_update").value()).isLessThan(0.1);
    }
    assertThat(cells.get("single-document-64").get("cas_retries_per_update").value())
        .isGreaterThan(0.5);
    assertThat(cells.get("sub-document-64").get("bytes_sent_per_update").value())
        .isLessThan(cells.get("sub-document-64").get("bytes_written_per_update").value());
    assertThat(node.indexDocuments()).as("cleaned up").isEqualTo(before);
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

    assertThatThrownBy(() -> new ClockContentionWorkload().run(run("stop", impatient)))
        .isInstanceOf(InterruptedException.class);

    assertThat(node.indexDocuments()).isEqualTo(before);
  }

  @Test
  void aPlantedLossFailsTheCheckOfItsCell() throws InterruptedException {
    int[] checks = new int[1];
    Consumer<ContentionCell> onceForTheFirst =
        cell -> {
          if (checks[0]++ == 0) {
            assertThat(cell).hasToString("single-document, 1 writers");
            cell.documents().forEach(key -> node.session().index().removeIfThere(key).join());
          }
        };

    Outcome outcome = new ClockContentionWorkload(onceForTheFirst).run(run("loss", QUIET));

    assertThat(outcome.isRight()).isFalse();
    for (Outcome cell : outcome.cells()) {
      assertThat(cell.isRight()).as(name(cell)).isEqualTo(!name(cell).equals("single-document-1"));
    }
  }
}
