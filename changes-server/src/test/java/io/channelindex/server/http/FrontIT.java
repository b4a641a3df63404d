package io.channelindex.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.feed.PartitionStatus;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two ports: what is where, limits, operations, closing. */
class FrontIT {
  private TestFront front;

  @BeforeEach
  void open() {
    front = new TestFront();
  }

  @AfterEach
  void close() {
    front.close();
  }

  @Test
  void theDatabaseDescribesItself() {
    HttpResponse<String> answer = front.get("/db/");

    assertThat(answer.body())
        .isEqualTo(
            "{\"db_name\":\"db\",\"instance_start_time\":42,\"purge_seq\":0,\"update_seq\":\""
                + FakeDatabase.TOKEN
                + "\",\"state\":\"Online\"}\n");
    assertThat(front.database.followers().get(0).isClosed()).isTrue();
    assertThat(front.get("/db").body()).isEqualTo(answer.body());
    assertThat(front.send("HEAD", "/db/", null).statusCode()).isEqualTo(200);
    front.database.indexAway(true);
    assertThat(front.get("/db/").statusCode()).isEqualTo(503);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/nodb/,404,not_found",
    "GET,/nodb/_changes,404,not_found",
    "DELETE,/db/,405,method_not_allowed",
    "PUT,/db/_changes,405,method_not_allowed",
    "GET,/db/_bulk_docs,405,method_not_allowed",
    "POST,/db/x,405,method_not_allowed",
    "POST,/,405,method_not_allowed",
    "GET,/db/_all_docs,404,not_found",
    "GET,/db/_local/x,404,not_found",
    "GET,/metrics,404,not_found",
    "GET,/ready,404,not_found",
    "GET,/db/_changes?feed=websocket,400,bad_request",
  })
  void whatIsNotThereIsSaidInCouchDbsForm(String method, String path, int status, String error) {
    HttpResponse<String> answer = front.send(method, path, null);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).startsWith("{\"error\":\"" + error + "\",\"reason\":\"");
    assertThat(answer.headers().firstValue("allow").isPresent()).isEqualTo(status == 405);
  }

  @Test
  void malformedQueriesAreRefused() {
    try (RawClient client = front.raw().get("/db/_changes?since=%zz")) {
      assertThat(client.head()).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void limitsAreNamed() {
    try (RawClient client = front.raw().get("/db/" + "x".repeat(5_000))) {
      String head = client.head();
      assertThat(head).contains(" 414 ");
      assertThat(client.body(head)).contains("maxUrlBytes=4096");
    }
    try (RawClient client =
        front.raw().send("GET / HTTP/1.1\r\nX: " + "x".repeat(3_000) + "\r\n\r\n")) {
      String head = client.head();
      assertThat(head).contains(" 431 ");
      assertThat(client.body(head)).contains("maxHeaderBytes=2048");
    }
    try (RawClient client = front.raw().send("nonsense\r\n\r\n")) {
      assertThat(client.head()).contains(" 400 ");
    }
  }

  @Test
  void aBodyOverTheLimitIsRefusedAndTheConnectionNotUsedAgain() {
    String headers = "PUT /db/big HTTP/1.1\r\nHost: t\r\n";
    try (RawClient client = front.raw().send(headers + "Content-Length: 9000\r\n\r\n")) {
      String head = client.head();
      assertThat(head).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
      assertThat(client.body(head)).contains("maxBodyBytes=8192");
    }
    try (RawClient client = front.raw().send(headers + "Transfer-Encoding: chunked\r\n\r\n")) {
      for (int i = 0; i < 9; i++) {
        client.send("400\r\n" + "x".repeat(0x400) + "\r\n");
      }
      assertThat(client.head()).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void nobodyWaitsForABodyThatIsSmallOnlyOnItsWay() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
      zipped.write(("{\"x\":[0" + ",0".repeat(5_000_000) + "]}").getBytes(UTF_8));
    }
    HttpSettings oneLoop =
        new HttpSettings(
            TestFront.ANY,
            TestFront.ANY,
            1,
            RequestLimits.DEFAULT,
            Duration.ofMinutes(1),
            Duration.ofSeconds(1));
    try (TestFront small = new TestFront(oneLoop, TestFront.LIMITS);
        RawClient client = small.raw()) {
      client.send(
          "POST /db/_changes HTTP/1.1\r\nHost: t\r\nContent-Encoding: gzip\r\nContent-Length: "
              + bytes.size()
              + "\r\n\r\n");
      client.send(bytes.toByteArray());

      assertThat(small.get("/").statusCode()).isEqualTo(200);
      assertThat(client.isSilentFor(1)).isTrue();
      assertThat(client.head()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void clientsMayAskBeforeTheySend() {
    String headers = "PUT /db/asks HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n";
    try (RawClient client = front.raw().send(headers + "Content-Length: 2\r\n\r\n")) {
      assertThat(client.head()).startsWith("HTTP/1.1 100");
      assertThat(client.send("{}").head()).startsWith("HTTP/1.1 201");
    }
    try (RawClient client = front.raw().send(headers + "Content-Length: 9000\r\n\r\n")) {
      assertThat(client.head()).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void aBodyThatDoesNotComeIsNotWaitedForForever() {
    try (RawClient client =
        front.raw().send("PUT /db/slow HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{")) {
      String head = client.head();
      assertThat(head).startsWith("HTTP/1.1 408");
      assertThat(client.body(head)).contains("timeout=PT0.3S");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void aConnectionServesManyRequestsAlsoAfterErrors() {
    try (RawClient client = front.raw()) {
      for (String path : List.of("/", "/nodb/", "/db/_changes?limit=x", "/db/none", "/health")) {
        client.get(path);
        client.body(client.head());
      }
      client.get("/db/_changes");
      assertThat(client.head()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void bothPortsWelcomeAndOnlyTheAdminPortShowsMetrics() {
    assertThat(front.get("/").body())
        .isEqualTo(
            "{\"couchdb\":\"Welcome\",\"vendor\":{\"name\":\"Channel Index\",\"version\":\"1.2.3\"},"
                + "\"version\":\"1.2.3\"}\n");
    assertThat(front.admin("/").body()).contains("\"ADMIN\":true");
    assertThat(front.admin("/db/").statusCode()).isEqualTo(200);
    front.send("PUT", "/db/measured", "{}");
    front.get("/db/_changes");

    await()
        .untilAsserted(
            () ->
                assertThat(front.admin("/metrics").body())
                    .contains("channelindex_feeds_open{feed=\"continuous\"} 0.0")
                    .contains("channelindex_feeds_rows_total 0.0")
                    .contains("channelindex_documents_writes_seconds_count 1")
                    .contains(
                        "channelindex_http_requests_seconds_count{port=\"public\","
                            + "route=\"/{db}/{doc}\",status=\"201\"} 1")
                    .contains("route=\"/{db}/_changes\",status=\"200\"} 1"));
    assertThat(front.admin("/metrics").headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain");
  }

  @Test
  void healthShowsIndexAndPartitions() {
    front.database.partitions(
        new PartitionStatus(0, PartitionStatus.State.RUNNING, 16, 16, null, 0),
        new PartitionStatus(1, PartitionStatus.State.LOST, 0, 16, "node=n2", 1));
    assertThat(front.get("/health").body())
        .isEqualTo(
            "{\"status\":\"ok\",\"databases\":{\"db\":{\"open\":true,\"index\":\"available\","
                + "\"partitions\":{\"running\":1,\"lost\":1}}}}\n");
    assertThat(front.admin("/ready").statusCode()).isEqualTo(200);

    front.database.partitions(
        new PartitionStatus(3, PartitionStatus.State.BACKING_OFF, 0, 16, "host=secret", 4));
    HttpResponse<String> outside = front.get("/health");
    assertThat(outside.statusCode()).isEqualTo(503);
    assertThat(outside.body()).contains("\"backing_off\":1").doesNotContain("secret");
    assertThat(front.admin("/health").body())
        .contains("\"stopped\":[{\"partition\":3,\"reason\":\"host=secret\",\"restarts\":4}]");

    front.database.indexAway(true);
    assertThat(front.admin("/health").body()).contains("\"index\":\"unavailable\"");
    assertThat(front.admin("/ready").statusCode()).isEqualTo(503);
  }

  @Test
  void closingWaitsForRequestsUnderWay() throws Exception {
    front.database.closeGate();
    try (RawClient client =
            front.raw().send("PUT /db/late HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}");
        RawClient idle = front.raw().get("/")) {
      idle.body(idle.head());
      Thread closing = new Thread(front.front::close, "closing");
      // Only when the write has reached the database is the request under way.
      await().until(() -> front.database.writesAsked() == 1);
      closing.start();
      await().until(() -> isRefused(front));
      front.database.openGate();

      assertThat(client.head()).startsWith("HTTP/1.1 201");
      closing.join(5_000);
      assertThat(closing.isAlive()).isFalse();
    }
  }

  private static boolean isRefused(TestFront front) {
    try (RawClient client = front.raw().get("/db/none")) {
      return client.head().startsWith("HTTP/1.1 503");
    } catch (RuntimeException e) {
      return true;
    }
  }

  @Test
  void closingDoesNotWaitForever() {
    front.database.closeGate();
    try (RawClient client =
        front.raw().send("PUT /db/late HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}")) {
      await().until(() -> front.database.writesAsked() == 1);
      long begin = System.nanoTime();
      front.close();

      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void aPortInUseIsNamed() {
    HttpSettings taken = HttpSettings.at(front.front.publicAddress(), TestFront.ANY);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    assertThatThrownBy(
            () -> HttpFront.open(taken, FeedLimits.DEFAULT, List.of(front.database), registry, "1"))
        .isInstanceOf(HttpFrontException.class)
        .hasMessage("cannot listen: port=PUBLIC, address=" + front.front.publicAddress());
  }

  @Test
  void databasesHaveNamesOfTheirOwn() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    HttpSettings settings = HttpSettings.at(TestFront.ANY, TestFront.ANY);
    List<HostedDatabase> twice = List.of(front.database, front.database);

    assertThatThrownBy(() -> HttpFront.open(settings, FeedLimits.DEFAULT, twice, registry, "1"))
        .hasMessageContaining("name=db");
    assertThatThrownBy(() -> HttpFront.open(settings, FeedLimits.DEFAULT, List.of(), registry, "1"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
