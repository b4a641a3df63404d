package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.Row;
import io.channelindex.perf.config.MatrixShape;
import io.channelindex.perf.follow.DocumentWriter;
import io.channelindex.perf.load.Namespace;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.VbucketHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MatrixDocumentsTest {
  private static final PartitionMap MAP = PartitionMap.ofVbuckets(128);
  private static final int FIRST = 7_000;

  private static MatrixDocuments documents(MatrixShape shape, int changes) {
    return new MatrixDocuments(new Namespace("r", "matrix"), shape, FIRST, changes, MAP, 3, 300);
  }

  /** Remembers what was written, and counts revisions up. */
  private static final class Log implements DocumentWriter {
    final Map<String, String> revisions = new HashMap<>();
    final Map<String, String> channels = new HashMap<>();

    @Override
    public CompletableFuture<String> store(String id, String parent, byte[] body) {
      assertThat(parent).isEqualTo(revisions.get(id));
      String text = new String(body, StandardCharsets.UTF_8);
      channels.put(id, text.substring("{\"channels\":[\"".length(), text.indexOf("\"]")));
      int generation =
          parent == null ? 1 : 1 + Integer.parseInt(parent.substring(0, parent.indexOf('-')));
      String revision = generation + "-" + id;
      revisions.put(id, revision);
      return CompletableFuture.completedFuture(revision);
    }

    CompletableFuture<String> revision(String id) {
      return CompletableFuture.completedFuture(revisions.get(id));
    }

    @Override
    public CompletableFuture<String> delete(String id, String parent) {
      throw new AssertionError("nothing is deleted");
    }
  }

  private static Log written(MatrixDocuments documents) {
    Log log = new Log();
    for (int round = 1; round <= documents.rounds(); round++) {
      for (int document = 0; document < documents.count(); document++) {
        documents.write(document, round, log, log::revision).join();
      }
    }
    return log;
  }

  @ParameterizedTest
  @CsvSource({
    "MANY_SMALL, 4000, 4000, 400, 1",
    "FEW_LARGE, 4000, 4000, 100, 1",
    "UPDATE_HEAVY, 4000, 400, 20, 10",
    "FEW_LARGE, 10, 10, 10, 1"
  })
  void shapesHaveTheirNumbers(MatrixShape shape, int changes, int count, int channels, int rounds) {
    MatrixDocuments documents = documents(shape, changes);
    assertThat(documents.count()).isEqualTo(count);
    assertThat(documents.channels()).isEqualTo(channels);
    assertThat(documents.rounds()).isEqualTo(rounds);
    assertThat(documents.entries()).isEqualTo(2L * count);
  }

  @ParameterizedTest
  @EnumSource(MatrixShape.class)
  void whatWasWrittenIsWhatIsExpected(MatrixShape shape) {
    MatrixDocuments documents = documents(shape, 1_000);
    Log log = written(documents);
    Map<String, List<Row>> byChannel = new HashMap<>();
    log.revisions.forEach(
        (id, revision) -> {
          Row row = new Row("1", id, revision, false, List.of());
          byChannel.computeIfAbsent(log.channels.get(id), any -> new ArrayList<>()).add(row);
          byChannel.computeIfAbsent("*", any -> new ArrayList<>()).add(row);
        });
    assertThat(byChannel).hasSize(documents.channels() + 1);
    for (int channel = 0; channel <= documents.channels(); channel++) {
      List<Row> rows = byChannel.get(documents.channel(channel));
      assertThat(documents.judge(channel, rows)).isEqualTo(MatrixVerdict.RIGHT);
      assertThat(documents.judge(channel, rows.subList(1, rows.size())).missed()).isEqualTo(1);
    }
  }

  @Test
  void aWriteThatMayHaveBeenDoneIsLookedUpAndDoneAgainIfItWasNot() {
    MatrixDocuments documents = documents(MatrixShape.FEW_LARGE, 100);
    Log log = new Log();
    int[] writes = new int[1];
    DocumentWriter unreliable =
        new DocumentWriter() {
          @Override
          public CompletableFuture<String> store(String id, String parent, byte[] body) {
            writes[0]++;
            boolean lost = writes[0] % 3 == 0;
            boolean silent = writes[0] % 3 == 1;
            CompletableFuture<String> answer =
                lost ? new CompletableFuture<>() : log.store(id, parent, body);
            return lost || silent
                ? CompletableFuture.failedFuture(new IllegalStateException("timed out"))
                : answer;
          }

          @Override
          public CompletableFuture<String> delete(String id, String parent) {
            throw new AssertionError("nothing is deleted");
          }
        };
    for (int document = 0; document < documents.count(); document++) {
      documents.write(document, 1, unreliable, log::revision).join();
    }
    assertThat(writes[0]).as("some of them twice").isGreaterThan(documents.count());
    List<Row> rows = new ArrayList<>();
    log.revisions.forEach((id, revision) -> rows.add(new Row("1", id, revision, false, List.of())));
    assertThat(documents.judge(documents.channels(), rows)).isEqualTo(MatrixVerdict.RIGHT);
  }

  @Test
  void aSparseChannelHasOneEntryInAPartition() {
    MatrixDocuments documents = documents(MatrixShape.SPARSE, 2_000);
    Log log = written(documents);
    Set<String> places = new HashSet<>();
    log.channels.forEach(
        (id, channel) -> {
          int partition = MAP.partitionOf(VbucketHash.vbucket(id, MAP.vbuckets()));
          assertThat(places.add(channel + ' ' + partition)).isTrue();
        });
    long inTheFirst = log.channels.values().stream().filter(documents.channel(0)::equals).count();
    assertThat(inTheFirst).as("one in each partition").isEqualTo(MAP.partitions());
  }

  @Test
  void aSampleIsSpreadOverAllChannels() {
    MatrixDocuments documents = documents(MatrixShape.MANY_SMALL, 1_000);
    assertThat(documents.sample(4)).containsExactly(0, 25, 50, 75);
    assertThat(documents.sample(500)).hasSize(100).doesNotHaveDuplicates();
  }
}
