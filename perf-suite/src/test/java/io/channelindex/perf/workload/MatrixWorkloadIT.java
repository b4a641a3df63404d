package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.config.MatrixSettings;
import io.channelindex.perf.config.MatrixShape;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.process.ProcessUsage;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The matrix against the embedded node, and its checks against something planted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MatrixWorkloadIT {
  /** All shapes, of the plainest variant. */
  static final MatrixSettings SMALL =
      new MatrixSettings(
          List.of("dense"),
          List.of("none"),
          List.of(MatrixShape.values()),
          1,
          400,
          Duration.ofSeconds(5),
          400,
          2);

  private static final SuiteSettings SETTINGS =
      SuiteSettings.from(Map.of("perf.profile", "smoke", "perf.in-flight", "64"));

  private OneNode node;

  @BeforeAll
  void start() throws InterruptedException {
    node = OneNode.start(16, SETTINGS.load());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private WorkloadRun run(String id, MatrixSettings matrix) {
    return new WorkloadRun(
        node.session(),
        Optional.of(new ProcessUsage(ProcessHandle.current().pid())),
        SETTINGS.load(),
        SETTINGS.feeds(),
        SETTINGS.codecs(),
        matrix,
        new Namespace(id, "matrix"),
        TimeSource.SYSTEM,
        (phase, share, rate) -> {});
  }

  private static MatrixSettings only(MatrixShape shape, int repeats) {
    return new MatrixSettings(
        SMALL.layouts(),
        SMALL.compressions(),
        List.of(shape),
        repeats,
        500,
        SMALL.compactAfter(),
        400,
        2);
  }

  @Test
  void aCellHasEveryFigureWithItsSpread() throws InterruptedException {
    Outcome outcome = new MatrixWorkload().run(run("figures", only(MatrixShape.FEW_LARGE, 2)));
    assertThat(outcome.isRight()).as("%s", outcome).isTrue();
    assertThat(outcome.cells()).as("the variant, and once more").hasSize(2);
    Outcome cell = outcome.cells().get(0);
    assertThat(cell.parameters())
        .containsEntry("layout", "dense")
        .containsEntry("compression", "none")
        .containsEntry("shape", "few-large")
        .doesNotContainKey("row");
    assertThat(outcome.cells().get(1).parameters()).containsEntry("row", "a-a");
    assertThat(cell.metrics())
        .containsKeys(
            "mutations_per_second",
            "cpu_us_per_mutation",
            "bucket_operations_per_mutation",
            "bytes_written_per_mutation",
            "bytes_stored_per_mutation",
            "bytes_per_entry",
            "bytes_per_entry_raw",
            "documents_per_entry",
            "cold_read_entries_per_second",
            "cached_read_entries_per_second",
            "operations_per_cold_read",
            "cache_hit_rate",
            "cas_retries_per_update",
            "dcp_drain",
            "of_drain");
    assertThat(cell.metrics().get("entries").value()).isEqualTo(1_000);
    assertThat(cell.metrics().get("cache_hit_rate").value())
        .as("all was read before")
        .isEqualTo(100);
    Metric rate = cell.metrics().get("mutations_per_second");
    assertThat(rate.spread()).isNotNull();
    assertThat(rate.value()).isPositive();
  }

  @Test
  void figuresAddUp() throws InterruptedException {
    Outcome cell =
        new MatrixWorkload().run(run("sums", only(MatrixShape.SPARSE, 1))).cells().get(0);
    Map<String, Metric> metrics = cell.metrics();
    // A head in each of 16 partitions at least, for each channel that is read.
    assertThat(metrics.get("operations_per_cold_read").value()).isGreaterThanOrEqualTo(16);
    double documents = metrics.get("documents_per_entry").value();
    assertThat(documents).as("a head and a block for each entry of a channel").isGreaterThan(0.9);
    assertThat(metrics.get("bytes_per_entry").value())
        .isGreaterThan(documents * MatrixCell.DOCUMENT_OVERHEAD_BYTES);
  }

  private static double storedOfSent(Outcome cell) {
    return cell.metrics().get("bytes_stored_per_mutation").value()
        / cell.metrics().get("bytes_written_per_mutation").value();
  }

  @Test
  void anUpdatedDocumentIsIndexedEveryTimeAndCompactedAtRest() throws InterruptedException {
    MatrixSettings all =
        new MatrixSettings(
            MatrixSettings.LAYOUTS,
            List.of("none"),
            List.of(MatrixShape.UPDATE_HEAVY),
            1,
            500,
            SMALL.compactAfter(),
            400,
            2);
    Outcome outcome = new MatrixWorkload().run(run("updates", all));
    assertThat(outcome.isRight()).as("%s", outcome).isTrue();
    assertThat(outcome.parameters()).containsEntry("compact-after-seconds", 5.0);
    for (Outcome cell : outcome.cells()) {
      assertThat(cell.parameters()).containsEntry("documents", 50).containsEntry("rounds", 10);
      assertThat(cell.metrics().get("entries").value()).isEqualTo(100);
      if (cell.parameters().get("layout").equals("in-memory")) {
        assertThat(cell.metrics()).doesNotContainKey("stored_entries_per_live_entry");
      } else {
        assertThat(cell.metrics().get("stored_entries_per_live_entry_busy").value())
            .as("every version in its channel and in *, and no block is closed: %s", cell)
            .isEqualTo(10);
        assertThat(cell.metrics().get("stored_entries_per_live_entry").value())
            .as("%s", cell)
            .isBetween(1.0, 1.5);
        assertThat(cell.metrics().get("bytes_per_entry").value())
            .as("nine of ten entries are superseded: %s", cell)
            .isLessThan(cell.metrics().get("bytes_per_entry_raw").value());
        if (cell.parameters().get("layout").equals("log")) {
          assertThat(storedOfSent(cell)).as("frames are appended").isGreaterThan(1.5);
        } else {
          assertThat(storedOfSent(cell))
              .as("documents are replaced; wake-ups are counted where they are stored: %s", cell)
              .isBetween(0.99, 1.1);
        }
      }
    }
  }

  @Test
  void blocksAreCompressedWithTheDictionaryOfThePassThatWarmsUp() throws InterruptedException {
    MatrixSettings two =
        new MatrixSettings(
            List.of("dense"),
            List.of("zstd", "zstd-dictionary"),
            List.of(MatrixShape.FEW_LARGE),
            1,
            4_000,
            SMALL.compactAfter(),
            400,
            2);
    Outcome outcome = new MatrixWorkload().run(run("dictionary", two));
    assertThat(outcome.isRight()).as("%s", outcome).isTrue();
    Outcome without = outcome.cells().get(0);
    Outcome with = outcome.cells().get(1);
    assertThat(without.metrics()).doesNotContainKey("dictionary_bytes");
    assertThat(with.metrics().get("dictionary_bytes").value()).isPositive();
    assertThat(with.parameters().keySet())
        .as("what is found is no parameter: cells of two runs have to match")
        .isEqualTo(without.parameters().keySet());
    assertThat(with.metrics().get("bytes_per_entry").value())
        .isLessThan(without.metrics().get("bytes_per_entry").value());
  }

  @Test
  void fullLoadIsOneCellOfLog() throws InterruptedException {
    Outcome outcome = new FullLoadWorkload().run(run("full", only(MatrixShape.SPARSE, 2)));
    assertThat(outcome.isRight()).as("%s", outcome).isTrue();
    assertThat(outcome.metrics()).as("nothing is there twice").isEmpty();
    assertThat(outcome.cells()).hasSize(1);
    Outcome cell = outcome.cells().get(0);
    assertThat(cell.parameters())
        .containsEntry("layout", "log")
        .containsEntry("compression", "none")
        .containsEntry("shape", "few-large")
        .containsEntry("channels", 100)
        .containsEntry("documents", 400);
    assertThat(cell.metrics())
        .containsKeys("bucket_operations_per_mutation", "of_drain", "dcp_drain")
        .doesNotContainKeys("bytes_per_entry", "cold_read_entries_per_second");
    assertThat(cell.metrics().get("of_drain").spread()).isNotNull();
    assertThat(cell.metrics().get("warm_up_passes").value()).isBetween(1.0, 2.0);
    assertThat(cell.checks()).containsEntry("missed", 0L);
  }

  /** A head is where a partition's entries of a channel hang: they are gone without an error. */
  @Test
  void aPlantedLossOfEntriesFailsTheCheckOfItsCell() throws InterruptedException {
    WorkloadRun run = run("loss", only(MatrixShape.FEW_LARGE, 1));
    MatrixDocuments any =
        new MatrixDocuments(
            run.namespace(), MatrixShape.FEW_LARGE, 0, 500, PartitionMap.ofVbuckets(16), 1, 1_024);
    String channel = any.channel(3);
    boolean[] done = new boolean[1];
    MatrixWorkload.Meddling meddling =
        database -> {
          IndexKeys keys = new IndexKeys(database);
          for (int partition = 0; partition < 16 && !done[0]; partition++) {
            String head = keys.head(channel, partition);
            done[0] = node.session().index().get(head).join() != null;
            node.session().index().removeIfThere(head).join();
          }
        };
    Outcome outcome = new MatrixWorkload(meddling).run(run);
    assertThat(done[0]).as("something was planted").isTrue();
    assertThat(outcome.isRight()).isFalse();
    Outcome cell = outcome.cells().get(0);
    assertThat(cell.checks().get("missed")).isPositive();
    assertThat(cell.checks()).containsEntry("unexpected", 0L).containsEntry("stale", 0L);
    assertThat(cell.notes().get("missed")).contains("dense, none").contains(channel);
    assertThat(outcome.cells().get(1).isRight()).as("the other index is untouched").isTrue();
  }
}
