package io.channelindex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.server.config.ServerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The library: a whole server in this process, asked over HTTP. */
class ChangesServerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int VBUCKETS = 16;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static String config(EmbeddedCouchbase node, String kind, String owned, String more) {
    return """
        listen: {public: "127.0.0.1:0", admin: "127.0.0.1:0"}
        couchbase: {connectionString: "%s", username: %s, password: %s}
        databases:
          db:
            bucket: data
            index: {bucket: index, kind: %s, owned: [%s], retryFor: 500ms}
            %s
        """
        .formatted(node.connectionString(), node.username(), node.password(), kind, owned, more);
  }

  private static ChangesServer start(EmbeddedCouchbase node, String owned, String more) {
    return start(node, "channel-index", owned, more);
  }

  private static ChangesServer start(
      EmbeddedCouchbase node, String kind, String owned, String more) {
    return ChangesServer.start(ServerConfig.parse(config(node, kind, owned, more), "test"));
  }

  private static EmbeddedCouchbase node(String... buckets) {
    EmbeddedCouchbase.Builder builder = EmbeddedCouchbase.builder().vbuckets(VBUCKETS);
    for (String bucket : buckets) {
      builder.bucket(bucket);
    }
    return builder.start();
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private int statusOf(URI uri) {
    try {
      return get(uri).statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private int put(ChangesServer server, String document, String body)
      throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(server.publicUri().resolve("/db/" + document))
                .PUT(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .statusCode();
  }

  /** The lines of a continuous feed as they come. */
  private List<String> follow(URI feed) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        http.send(HttpRequest.newBuilder(feed).build(), BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    List<String> lines = new CopyOnWriteArrayList<>();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader in =
                  new BufferedReader(
                      new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                in.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException e) {
                lines.add("cut: " + e.getMessage());
              }
            },
            "follower");
    reader.setDaemon(true);
    reader.start();
    return lines;
  }

  @ParameterizedTest
  @CsvSource({"channel-index, push", "channel-index, poll", "in-memory, push"})
  void aDocumentReachesWhoeverFollowsItsChannel(String kind, String mode) throws Exception {
    try (EmbeddedCouchbase node = node("data", "index");
        ChangesServer server = start(node, kind, "all", "wakeUps: {mode: " + mode + "}")) {
      server.awaitReady(PATIENCE);
      URI changes = server.publicUri().resolve("/db/_changes");
      List<String> continuous = follow(URI.create(changes + "?feed=continuous&channels=news"));
      CompletableFuture<HttpResponse<String>> longpoll =
          http.sendAsync(
              HttpRequest.newBuilder(URI.create(changes + "?feed=longpoll&channels=news")).build(),
              BodyHandlers.ofString());

      assertThat(put(server, "a", "{\"channels\":[\"news\"]}")).isEqualTo(201);
      assertThat(put(server, "b", "{\"channels\":[\"other\"]}")).isEqualTo(201);

      assertThat(longpoll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
          .contains("\"id\":\"a\"")
          .doesNotContain("\"id\":\"b\"");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(continuous)
                      .filteredOn(line -> !line.isEmpty())
                      .singleElement()
                      .asString()
                      .contains("\"id\":\"a\""));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(get(changes).body()).contains("\"id\":\"a\"", "\"id\":\"b\""));
      assertThat(get(server.adminUri().resolve("/metrics")).body())
          .contains("channelindex_index_available{database=\"db\"} 1.0")
          .containsPattern("channelindex_writer_changes_total\\{database=\"db\"\\} 2\\.0");
      assertThat(get(server.adminUri().resolve("/health")).statusCode()).isEqualTo(200);
      assertThat(server.embedded()).isEmpty();
    }
  }

  @Test
  void aNodeOfItsOwnGoesWithTheServer() throws Exception {
    ServerConfig config =
        ServerConfig.parse(
            """
            listen: {public: "127.0.0.1:0", admin: "127.0.0.1:0"}
            databases:
              db: {bucket: data, index: {bucket: index}}
            """,
            "test");
    try (ChangesServer server = ChangesServer.start(config)) {
      server.awaitReady(PATIENCE);
      assertThat(put(server, "a", "{}")).isEqualTo(201);
      assertThat(server.embedded().orElseThrow().bucket("data").documentCount()).isEqualTo(1);
    }
  }

  @Test
  void answersFromTheStartAndServesOnceTheBucketsAreThere() throws Exception {
    try (EmbeddedCouchbase node = node("data");
        ChangesServer server = start(node, "all", "")) {
      URI changes = server.publicUri().resolve("/db/_changes");
      HttpResponse<String> closed = get(changes);
      assertThat(closed.statusCode()).isEqualTo(503);
      assertThat(closed.headers().firstValue("Retry-After")).isPresent();
      assertThat(get(server.adminUri().resolve("/health")).statusCode()).isEqualTo(503);
      assertThatThrownBy(() -> server.awaitReady(Duration.ofMillis(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("database=db");

      node.createBucket(new BucketSettings("index", VBUCKETS));

      server.awaitReady(PATIENCE);
      assertThat(get(changes).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void refusesPartitionsThatDoNotExist() {
    try (EmbeddedCouchbase node = node("data", "index");
        ChangesServer server = start(node, "0-99", "")) {
      assertThatThrownBy(() -> server.awaitReady(PATIENCE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("0-99");
      assertThat(statusOf(server.publicUri().resolve("/db/_changes"))).isEqualTo(503);
    }
  }

  @Test
  void whileTheIndexBucketIsAwayFeedsWaitAndThenGoOn() throws Exception {
    try (EmbeddedCouchbase node = node("data", "index");
        ChangesServer server = start(node, "all", "")) {
      server.awaitReady(PATIENCE);
      URI changes = server.publicUri().resolve("/db/_changes");
      URI health = server.adminUri().resolve("/health");
      List<String> continuous = follow(URI.create(changes + "?feed=continuous&heartbeat=1000"));
      assertThat(put(server, "a", "{}")).isEqualTo(201);
      await().atMost(PATIENCE).until(() -> rows(continuous) == 1);

      EmbeddedBucket index = node.bucket("index");
      for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
        index.deactivate(vbucket);
      }
      assertThat(put(server, "b", "{}")).isEqualTo(201);
      await().atMost(PATIENCE).until(() -> statusOf(changes) == 503);
      await().atMost(PATIENCE).until(() -> statusOf(health) == 503);
      assertThat(get(server.adminUri().resolve("/metrics")).body())
          .contains("channelindex_index_available{database=\"db\"} 0.0");
      int heartbeats = continuous.size();
      await().atMost(PATIENCE).until(() -> continuous.size() > heartbeats + 1);
      assertThat(rows(continuous)).isEqualTo(1);

      for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
        index.activate(vbucket);
      }
      await().atMost(PATIENCE).until(() -> rows(continuous) == 2);
      assertThat(continuous).noneMatch(line -> line.startsWith("cut"));
      await().atMost(PATIENCE).until(() -> statusOf(changes) == 200);
      await().atMost(PATIENCE).until(() -> statusOf(health) == 200);
    }
  }

  private static long rows(List<String> lines) {
    return lines.stream().filter(line -> line.startsWith("{\"seq\"")).count();
  }
}
