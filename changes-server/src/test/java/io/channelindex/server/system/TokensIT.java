package io.channelindex.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.server.ChangesServer;
import io.channelindex.server.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers with each token strategy, over an embedded node: what clients see of their tokens. */
class TokensIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final List<ChangesServer> servers = new ArrayList<>();
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster = new TestCluster("index");
  }

  @AfterEach
  void stop() {
    servers.forEach(ChangesServer::close);
    cluster.close();
  }

  private URI server(String strategy, String owned) throws InterruptedException {
    ChangesServer server =
        ChangesServer.start(
            ServerConfig.parse(
                cluster.config("index", owned) + "    tokens: {strategy: " + strategy + "}\n",
                "server.yaml"));
    servers.add(server);
    server.awaitReady(PATIENCE);
    return server.publicUri();
  }

  private static HttpResponse<String> send(URI server, String method, String path, String body)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(server.resolve(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .timeout(PATIENCE)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void put(URI server, String id) throws IOException, InterruptedException {
    String body = "{\"channels\":[\"a\"]}";
    assertThat(send(server, "PUT", "/db/" + id, body).statusCode()).isEqualTo(201);
  }

  private static JsonNode changes(URI server, String query)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = answer(server, query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> answer(URI server, String query)
      throws IOException, InterruptedException {
    String path = "/db/_changes?filter=sync_gateway/bychannel&channels=a&" + query;
    return send(server, "GET", path, "");
  }

  private static List<String> ids(JsonNode answer) {
    return answer.get("results").findValuesAsText("id");
  }

  @ParameterizedTest
  @CsvSource({"stateless, 1000", "lookup, 43", "relative, 64"})
  void everyTokenResumesOnEveryServer(String strategy, int longest)
      throws IOException, InterruptedException {
    URI one = server(strategy, "all");
    URI other = server(strategy, "");
    List<String> told = new ArrayList<>();
    String since = changes(one, "since=now").get("last_seq").asText();
    for (int step = 0; step < 20; step++) {
      put(one, "doc" + step);
      JsonNode poll =
          changes(step % 2 == 0 ? one : other, "feed=longpoll&timeout=20000&since=" + since);
      told.addAll(ids(poll));
      since = poll.get("last_seq").asText();
      assertThat(since.length()).isLessThanOrEqualTo(longest);
    }
    assertThat(told).hasSize(20).doesNotHaveDuplicates();

    JsonNode whole = changes(one, "since=0");
    assertThat(ids(whole)).containsExactlyInAnyOrderElementsOf(told);
    for (int row = 0; row < 20; row++) {
      String seq = whole.get("results").get(row).get("seq").asText();
      assertThat(ids(changes(other, "since=" + seq)))
          .containsExactlyElementsOf(ids(whole).subList(row + 1, 20));
    }
    String metrics = send(servers.get(0).adminUri(), "GET", "/metrics", "").body();
    assertThat(metrics.lines())
        .filteredOn(line -> line.startsWith("channelindex_tokens_operations_total{"))
        .hasSize(3)
        .anyMatch(
            line ->
                line.contains("operation=\"put\"")
                    && line.endsWith(" 0.0") == strategy.equals("stateless"));
  }

  @Test
  void aServerReadsTheTokensOfAllStrategies() throws IOException, InterruptedException {
    URI one = server("stateless", "all");
    put(one, "first");
    await().atMost(PATIENCE).until(() -> ids(changes(one, "since=0")).size() == 1);
    List<String> tokens = new ArrayList<>();
    tokens.add(changes(one, "since=0").get("last_seq").asText());
    for (String strategy : List.of("lookup", "relative")) {
      tokens.add(changes(server(strategy, ""), "since=0").get("last_seq").asText());
    }
    put(one, "second");
    await().atMost(PATIENCE).until(() -> ids(changes(one, "since=0")).size() == 2);
    for (String token : tokens) {
      assertThat(ids(changes(one, "since=" + token))).containsExactly("second");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lookup", "relative"})
  void aTokenWhoseClockWasLostSaysSo(String strategy) throws IOException, InterruptedException {
    URI one = server(strategy, "all");
    put(one, "first");
    await().atMost(PATIENCE).until(() -> ids(changes(one, "since=0")).size() == 1);
    String token = changes(one, "since=now").get("last_seq").asText();
    URI other = server(strategy, "");
    cluster.index("index").remove(key(token));

    for (String feed : List.of("normal", "longpoll", "continuous")) {
      HttpResponse<String> answer = answer(other, "feed=" + feed + "&since=" + token);
      assertThat(answer.statusCode()).isEqualTo(410);
      assertThat(answer.body()).contains("unknown_since").contains("since=0");
    }
    assertThat(ids(changes(one, "since=" + token))).isEmpty();
    String mangled = (token.charAt(5) == 'x' ? 'y' : 'x') + token.substring(1);
    assertThat(answer(one, "since=" + mangled).statusCode()).isEqualTo(400);
  }

  /** The key of what a token names, as its format has it. */
  private static String key(String token) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
    int head = bytes.getInt(0);
    return "db:tokens:"
        + (head >>> 28 == 2
            ? "clock:" + HexFormat.of().formatHex(bytes.array(), 9, 25)
            : "base:" + (head & 0xfffffff));
  }
}
