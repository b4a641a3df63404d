package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.Since;
import io.channelindex.index.read.WakeUps;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that read a channel page by page while its partition, at rest, compacts it (W9). */
class RestingPartitionTest {
  private static final int DOCUMENTS = 20;
  private static final int UPDATES = 150;
  private static final int HISTORIES = 12;
  private static final Duration AT_REST = Duration.ofSeconds(30);

  static Stream<Layout> layouts() {
    return Layouts.all().stream();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void readersOnTheirWayMissNothing(Layout layout) {
    for (long seed = 0; seed < HISTORIES; seed++) {
      new History(layout, new Random(seed)).run();
    }
  }

  private static final class History {
    private final Random random;
    private final OnePartition partition;
    private final SettingsDocument agreed;
    private final Map<String, String> told = new HashMap<>();
    private String seq = "";

    History(Layout layout, Random random) {
      this.random = random;
      this.partition = new OnePartition(layout);
      partition.compactAtRest = AT_REST;
      agreed = new SettingsDocument(1, 2, 1, layout.name(), Placement.SPREAD, 1);
    }

    void run() {
      PartitionWriter writer = partition.takeAndOpen(UPDATES);
      for (int seqno = 1; seqno <= UPDATES; seqno++) {
        String id = "doc" + random.nextInt(DOCUMENTS);
        partition.tell(writer, partition.document(id, seqno, "a"));
      }
      partition.turns.until(() -> partition.done.size() == UPDATES);
      List<String> rows = partition.rows("a");
      List<ChannelIndex> readers = List.of(open(), open());
      assertThat(compactions(writer)).isZero();

      partition.pass(AT_REST.minusMillis(random.nextInt(20)));
      boolean caughtUp = false;
      for (int page = 0; page < 50 && !caughtUp; page++) {
        caughtUp = read(readers.get(random.nextInt(readers.size())));
        if (random.nextInt(4) == 0) {
          // Long enough for what was replaced to be removed.
          partition.pass(Duration.ofSeconds(random.nextInt(15)));
        } else {
          partition.turns.steps(random.nextInt(60));
        }
      }

      assertThat(caughtUp).isTrue();
      assertThat(compactions(writer)).isPositive();
      assertThat(told.entrySet().stream().map(row -> row.getKey() + row.getValue()))
          .containsExactlyInAnyOrderElementsOf(
              rows.stream().map(row -> row.replaceAll("@([0-9]+) .*", "$1-abcd")).toList());
      assertThat(partition.rows("a")).isEqualTo(rows);
      readers.forEach(ChannelIndex::close);
    }

    private ChannelIndex open() {
      return get(
          ChannelIndex.open(
              partition.bucket,
              partition.keys,
              agreed,
              WakeUps.NONE,
              HistoryClients.SETTINGS,
              TokenSettings.DEFAULT,
              new TurnsExecutor(partition.turns)));
    }

    /** One page; whether it was the last. */
    private boolean read(ChannelIndex reader) {
      Since since = seq.isEmpty() ? new Since.Beginning() : get(reader.resume(seq));
      Follower follower =
          get(reader.follow(new FeedRequest(Set.of("a"), since, FeedRequest.Rows.ALL)));
      Page page = get(follower.next(1 + random.nextInt(6)));
      follower.close();
      page.rows().forEach(row -> told.put(row.documentId(), row.revision()));
      seq = page.lastSeq();
      return page.caughtUp();
    }

    private <T> T get(CompletionStage<? extends T> stage) {
      CompletableFuture<? extends T> future = stage.toCompletableFuture();
      partition.turns.until(future::isDone);
      return future.join();
    }

    private static long compactions(PartitionWriter writer) {
      return writer.status().operations().getOrDefault(WriterStep.COMPACTION, 0L);
    }
  }
}
