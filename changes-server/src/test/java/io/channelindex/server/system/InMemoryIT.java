package io.channelindex.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.server.ChangesServer;
import io.channelindex.server.config.ServerConfig;
import io.channelindex.server.system.ChannelView.Seen;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Servers that have the index in memory (W1), and share nothing but the data bucket. */
class InMemoryIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> CHANNELS = List.of("one", "two", "three");

  private static ServerConfig config(TestCluster cluster, String more) {
    String text = cluster.config("index", "all").replace("owned: [all]", "kind: in-memory" + more);
    assertThat(text).contains("in-memory");
    return ServerConfig.parse(text, "test");
  }

  private static ChangesServer start(TestCluster cluster) throws InterruptedException {
    ChangesServer server = ChangesServer.start(config(cluster, ""));
    server.awaitReady(PATIENCE);
    return server;
  }

  private static Map<String, Seen> rows(URI server, String channel)
      throws IOException, InterruptedException {
    Map<String, Seen> rows = new HashMap<>();
    for (JsonNode row : ChannelView.all(server, "db", channel)) {
      assertThat(rows.put(row.get("id").asText(), ChannelView.seen(row))).isNull();
    }
    return rows;
  }

  private static void awaitWhole(WrittenDocuments written, ChangesServer server) {
    for (String channel : CHANNELS) {
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(
              () ->
                  assertThat(rows(server.publicUri(), channel))
                      .isEqualTo(written.expected(channel)));
    }
  }

  @Test
  void twoServersTellTheSameAndGoOnWithEachOthersTokensThroughRestarts() throws Exception {
    try (TestCluster cluster = new TestCluster("index")) {
      WrittenDocuments written = new WrittenDocuments(cluster.documents(), CHANNELS, 1);
      written.create(300);
      ChannelView view = new ChannelView("one");
      try (ChangesServer first = start(cluster)) {
        try (ChangesServer second = start(cluster)) {
          awaitWhole(written, first);
          awaitWhole(written, second);
          assertThat(view.readPage(first.publicUri(), "db", 20)).isFalse();
          view.readPage(second.publicUri(), "db", 20);
          written.change(200);
          view.readPage(first.publicUri(), "db", 20);
          awaitWhole(written, second);
        }
        written.create(50);
        written.change(100);
        // What a server is open for, it has: also what came while it was away.
        try (ChangesServer second = start(cluster)) {
          for (String channel : CHANNELS) {
            assertThat(active(rows(second.publicUri(), channel)))
                .isEqualTo(active(written.expected(channel)));
          }
          readToTheEnd(view, second);
          assertThat(view.documents()).isEqualTo(written.expected("one"));
          written.change(50);
          awaitWhole(written, first);
          readToTheEnd(view, first);
          assertThat(view.documents()).isEqualTo(written.expected("one"));
        }
      }
    }
  }

  private static Map<String, Seen> active(Map<String, Seen> rows) {
    Map<String, Seen> active = new HashMap<>(rows);
    active.values().removeIf(row -> row.deleted() || row.removed());
    return active;
  }

  private static void readToTheEnd(ChannelView view, ChangesServer server) throws Exception {
    boolean done = false;
    while (!done) {
      done = view.readPage(server.publicUri(), "db", 100);
    }
  }

  @Test
  void lostHistoryIsUndoneOnEveryServer() throws Exception {
    try (TestCluster cluster = new TestCluster("index");
        ChangesServer first = start(cluster);
        ChangesServer second = start(cluster)) {
      WrittenDocuments written = new WrittenDocuments(cluster.documents(), CHANNELS, 2);
      written.create(200);
      awaitWhole(written, first);
      awaitWhole(written, second);
      ChannelView view = new ChannelView("one");
      readToTheEnd(view, first);
      Map<String, Seen> kept = active(written.expected("one"));
      cluster.data().pausePersistence();
      written.change(100);
      awaitWhole(written, first);
      awaitWhole(written, second);
      readToTheEnd(view, second);

      cluster.data().crash();
      cluster.data().resumePersistence();

      for (ChangesServer server : List.of(first, second)) {
        await()
            .atMost(PATIENCE)
            .ignoreExceptionsInstanceOf(IOException.class)
            .untilAsserted(
                () -> assertThat(active(rows(server.publicUri(), "one"))).isEqualTo(kept));
      }
      readToTheEnd(view, first);
      assertThat(view.documents()).containsAllEntriesOf(kept);
    }
  }

  @Test
  void anIndexThatDoesNotFitIsClosedAndSaysSo() throws Exception {
    try (TestCluster cluster = new TestCluster("index");
        ChangesServer server = ChangesServer.start(config(cluster, ", memory: 1MiB"))) {
      server.awaitReady(PATIENCE);
      WrittenDocuments written = new WrittenDocuments(cluster.documents(), CHANNELS, 3);
      written.create(8_000);

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(status(server.adminUri().resolve("/health"))).isEqualTo(503));
      assertThatThrownBy(() -> ChannelView.all(server.publicUri(), "db", "one"))
          .hasMessageContaining("status=503");
      assertThat(get(server.adminUri().resolve("/health")).body())
          .contains("the index does not fit into memory", "limit=1048576");
    }
  }

  private static int status(URI uri) throws IOException, InterruptedException {
    return get(uri).statusCode();
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
