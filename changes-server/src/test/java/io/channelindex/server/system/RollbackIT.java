package io.channelindex.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.StoredDocument;
import io.channelindex.server.system.ChannelView.Seen;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The data bucket loses its unpersisted tail while documents are written and followed. */
class RollbackIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final List<String> CHANNELS =
      IntStream.range(0, 5).mapToObj(number -> "channel-" + number).toList();

  @TempDir private Path directory;

  @Test
  void theIndexEqualsAFreshOneAndFeedsGoOnWithoutAGap() throws Exception {
    try (TestCluster cluster = new TestCluster("index", "fresh");
        ServerProcess server =
            ServerProcess.start(directory, "server", cluster.config("index", "all"))) {
      WrittenDocuments before = new WrittenDocuments(cluster.documents(), CHANNELS, 7);
      before.create(2_000);
      before.change(1_000);
      List<ChannelView> views = CHANNELS.stream().map(ChannelView::new).toList();
      for (int i = 0; i < CHANNELS.size(); i++) {
        readUntil(views.get(i), server.publicUri(), before.expected(CHANNELS.get(i)));
      }

      cluster.data().pausePersistence();
      before.change(800);
      before.create(500);
      for (int i = 0; i < CHANNELS.size(); i++) {
        readUntil(views.get(i), server.publicUri(), before.expected(CHANNELS.get(i)));
      }
      Load load = new Load(cluster);
      load.start();
      await().atMost(PATIENCE).until(() -> load.written() > 50);
      cluster.data().crash();
      cluster.data().resumePersistence();
      int atCrash = load.written();
      await().atMost(PATIENCE).until(() -> load.written() > atCrash + 200);
      load.finish();

      Map<String, StoredDocument> truth = truth(cluster, before.ids(), load.ids());
      try (ServerProcess fresh =
          ServerProcess.start(directory, "fresh", cluster.config("fresh", "all"))) {
        Map<String, Seen> all = awaitTruth(fresh.publicUri(), truth);
        assertThat(awaitTruth(server.publicUri(), truth)).isEqualTo(all);
        for (int i = 0; i < CHANNELS.size(); i++) {
          String channel = CHANNELS.get(i);
          Map<String, Seen> rebuilt = rows(fresh.publicUri(), channel);
          assertThat(rows(server.publicUri(), channel)).isEqualTo(rebuilt);
          ChannelView view = views.get(i);
          readUntil(view, server.publicUri(), rebuilt);
        }
      }
    }
  }

  private static void readUntil(ChannelView view, URI server, Map<String, Seen> expected) {
    await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .untilAsserted(
            () -> {
              while (!view.readPage(server, "db", 500)) {
                assertThat(view.token()).isNotEmpty();
              }
              assertThat(view.documents()).containsAllEntriesOf(expected);
            });
  }

  private static Map<String, Seen> rows(URI server, String channel)
      throws IOException, InterruptedException {
    Map<String, Seen> seen = new HashMap<>();
    for (JsonNode row : ChannelView.all(server, "db", channel)) {
      assertThat(seen.put(row.get("id").asText(), ChannelView.seen(row))).isNull();
    }
    return seen;
  }

  private static Map<String, Seen> awaitTruth(URI server, Map<String, StoredDocument> truth) {
    Map<String, Seen> expected = new HashMap<>();
    truth.forEach(
        (id, document) ->
            expected.put(
                id,
                document.deleted()
                    ? Seen.deleted(document.revision())
                    : Seen.active(document.revision())));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(rows(server, "*")).isEqualTo(expected));
    return expected;
  }

  /** What the data bucket says, asked document by document. */
  @SafeVarargs
  private static Map<String, StoredDocument> truth(TestCluster cluster, List<String>... ids) {
    Map<String, StoredDocument> truth = new HashMap<>();
    for (List<String> some : ids) {
      for (String id : some) {
        document(cluster, id).ifPresent(document -> truth.put(id, document));
      }
    }
    return truth;
  }

  private static Optional<StoredDocument> document(TestCluster cluster, String id) {
    try {
      return Optional.of(cluster.documents().get(id).toCompletableFuture().join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof DocumentException refused
          && refused.reason() == DocumentException.Reason.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Writes without end, through the crash. */
  private static final class Load extends Thread {
    private final WrittenDocuments documents;
    private final AtomicBoolean finish = new AtomicBoolean();
    private final AtomicInteger written = new AtomicInteger();

    private Load(TestCluster cluster) {
      super("load");
      documents = new WrittenDocuments(cluster.documents(), CHANNELS, 8, "load-");
    }

    @Override
    public void run() {
      while (!finish.get()) {
        try {
          documents.create(5);
          written.addAndGet(5);
        } catch (CompletionException e) {
          // The crash drops connections under writes; what became of them the data bucket says.
          LoggerFactory.getLogger(Load.class).info("A write failed: {}", e.getMessage());
        }
      }
    }

    int written() {
      return written.get();
    }

    List<String> ids() {
      return documents.ids();
    }

    void finish() throws InterruptedException {
      finish.set(true);
      join();
    }
  }
}
