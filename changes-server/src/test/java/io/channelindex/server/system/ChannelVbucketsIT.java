package io.channelindex.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.server.ChangesServer;
import io.channelindex.server.config.ServerConfig;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers whose channels lie in few vbuckets of the index bucket (W6). */
class ChannelVbucketsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int DOCUMENTS = 200;

  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster = new TestCluster("index");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private ChangesServer server(int channelVbuckets, String owned) {
    String owner = "owned: [" + owned + "]";
    return ChangesServer.start(
        ServerConfig.parse(
            cluster
                .config("index", owned)
                .replace(owner, owner + ", channelVbuckets: " + channelVbuckets),
            "server.yaml"));
  }

  @Test
  void channelsAreKeptTogetherAndReadBackByTheNextServer() throws Exception {
    WrittenDocuments written = new WrittenDocuments(cluster.documents(), List.of("a"), 1);
    written.create(DOCUMENTS);
    try (ChangesServer first = server(2, "all")) {
      first.awaitReady(PATIENCE);
      awaitAll(first);
    }
    IndexKeys keys = new IndexKeys("db", Placement.colocated(2, 64));
    long heads = 0;
    for (int partition = 0; partition < 64; partition++) {
      heads += cluster.index("index").exists(keys.head("a", partition)).exists() ? 1 : 0;
    }
    assertThat(heads).as("partitions with documents of the channel").isGreaterThan(40);

    try (ChangesServer next = server(2, "")) {
      next.awaitReady(PATIENCE);
      awaitAll(next);
    }
  }

  @Test
  void aServerWithOtherWishesIsRefused() throws Exception {
    try (ChangesServer first = server(2, "all")) {
      first.awaitReady(PATIENCE);
      try (ChangesServer other = server(0, "")) {
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(health(other))
                        .contains("placement=spread")
                        .contains("index.placement=colocated:2:64"));
      }
    }
  }

  @Test
  void moreVbucketsThanTheBucketHasAreRefused() throws Exception {
    try (ChangesServer server = server(65, "all")) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(health(server)).contains("index.channelVbuckets=65, max=64"));
    }
  }

  private static void awaitAll(ChangesServer server) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              ChannelView view = new ChannelView("a");
              while (!view.readPage(server.publicUri(), "db", 50)) {
                assertThat(view.documents().size()).isLessThanOrEqualTo(DOCUMENTS);
              }
              assertThat(view.documents()).hasSize(DOCUMENTS);
            });
  }

  private static String health(ChangesServer server) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(server.adminUri().resolve("/health")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
