package io.channelindex.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.embedded.cluster.NodeState;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The control interface, as an HTTP client meets it. */
@Timeout(60)
class ControlIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private EmbeddedCouchbase cluster;

  @BeforeEach
  void start() {
    cluster =
        EmbeddedCouchbase.builder()
            .nodes(3)
            .bucket(new BucketSettings("data", 16).withReplicas(1))
            .control()
            .start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private EmbeddedNode node(int id) {
    return cluster.nodes().stream().filter(node -> node.id() == id).findFirst().orElseThrow();
  }

  private static HttpRequest request(
      EmbeddedNode node, String password, String method, String path, String body) {
    String credentials =
        Base64.getEncoder().encodeToString(("Administrator:" + password).getBytes(UTF_8));
    return HttpRequest.newBuilder(
            URI.create("http://" + node.host() + ":" + node.managerPort() + path))
        .header("Authorization", "Basic " + credentials)
        .method(method, HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> send(EmbeddedNode node, String method, String path, String body)
      throws Exception {
    return http.send(
        request(node, "password", method, path, body), HttpResponse.BodyHandlers.ofString());
  }

  /** Asks the first node, which has to agree; returns the state of the cluster afterwards. */
  private JsonNode ask(String method, String path, String body) throws Exception {
    HttpResponse<String> response = send(node(0), method, path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private JsonNode post(String path) throws Exception {
    return ask("POST", path, "");
  }

  @Test
  void tellsTheStateOfTheCluster() throws Exception {
    JsonNode state = ask("GET", "/control", "");

    assertThat(state.get("nodes")).hasSize(3);
    for (int i = 0; i < 3; i++) {
      JsonNode node = state.get("nodes").get(i);
      assertThat(node.get("node").intValue()).isEqualTo(i);
      assertThat(node.get("state").textValue()).isEqualTo("running");
      assertThat(node.get("port").intValue()).isEqualTo(node(i).port());
      assertThat(node.get("managerPort").intValue()).isEqualTo(node(i).managerPort());
      assertThat(node.at("/buckets/data/active").intValue()).isBetween(5, 6);
      assertThat(node.at("/clientLink/cut").booleanValue()).isFalse();
    }
    assertThat(state.at("/buckets/0/vbuckets").intValue()).isEqualTo(16);
    assertThat(state.at("/buckets/0/nowhere").intValue()).isZero();
    assertThat(state.get("links")).hasSize(6);
    assertThat(state.get("rebalancing").booleanValue()).isFalse();
  }

  @Test
  void nodesStopAndGoOn() throws Exception {
    assertThat(post("/control/nodes/1/pause").at("/nodes/1/state").textValue()).isEqualTo("paused");
    assertThat(node(1).state()).isEqualTo(NodeState.PAUSED);
    JsonNode members = JSON.readTree(send(node(0), "GET", "/pools/default", "").body());
    assertThat(members.at("/nodes/1/status").textValue()).isEqualTo("unhealthy");
    assertThat(post("/control/nodes/1/resume").at("/nodes/1/state").textValue())
        .isEqualTo("running");
    long branch = cluster.bucket("data").vbuuid(1);
    post("/control/nodes/1/crash");
    assertThat(cluster.bucket("data").vbuuid(1)).isNotEqualTo(branch);
    assertThat(post("/control/nodes/1/kill").at("/nodes/1/state").textValue()).isEqualTo("killed");
    JsonNode warm = ask("POST", "/control/nodes/1/restart", "{\"warmUp\": \"10m\"}");
    assertThat(warm.at("/nodes/1/state").textValue()).isEqualTo("warming_up");
    post("/control/nodes/1/kill");
    post("/control/nodes/1/restart");
    assertThat(node(1).state()).isEqualTo(NodeState.RUNNING);
  }

  @Test
  void whoStandsStillCanBeToldToGoOn() throws Exception {
    EmbeddedNode node = node(1);
    assertThat(send(node, "POST", "/control/nodes/1/pause", "").statusCode()).isEqualTo(200);
    CompletableFuture<HttpResponse<String>> waiting =
        http.sendAsync(
            request(node, "password", "GET", "/pools/default", ""),
            HttpResponse.BodyHandlers.ofString());
    assertThat(send(node, "GET", "/control", "").statusCode()).isEqualTo(200);
    await().during(Duration.ofMillis(200)).until(() -> !waiting.isDone());

    assertThat(send(node, "POST", "/control/nodes/1/resume", "").statusCode()).isEqualTo(200);

    assertThat(waiting.join().statusCode()).isEqualTo(200);
  }

  @Test
  void nodesComeAndGo() throws Exception {
    assertThat(post("/control/nodes").get("nodes")).hasSize(4);
    JsonNode moved = post("/control/rebalance");
    assertThat(moved.at("/nodes/3/buckets/data/active").intValue()).isEqualTo(4);
    assertThat(post("/control/nodes/3/failover").at("/failedOver/0/node").intValue()).isEqualTo(3);
    assertThat(post("/control/nodes/3/addBack").get("failedOver")).isEmpty();
    post("/control/rebalance");
    assertThat(post("/control/nodes/2/gracefulFailover").get("nodes")).hasSize(3);
    post("/control/rebalance");
    JsonNode last = ask("DELETE", "/control/nodes/3", "");
    assertThat(last.get("nodes")).hasSize(2);
    assertThat(last.at("/nodes/0/buckets/data/active").intValue()).isEqualTo(8);
    assertThat(last.at("/nodes/0/buckets/data/replica").intValue()).isEqualTo(8);
  }

  @Test
  void linksAreCutAndSlowed() throws Exception {
    post("/control/links/0/1/cut");
    assertThat(cluster.link(node(0), node(1)).isCut()).isTrue();
    post("/control/links/0/1/heal");
    assertThat(cluster.link(node(0), node(1)).isCut()).isFalse();
    ask("POST", "/control/links/1/2/delay", "{\"delay\": \"20ms\"}");
    assertThat(cluster.link(node(1), node(2)).delay()).isEqualTo(Duration.ofMillis(20));
    JsonNode cut = post("/control/links/clients/2/cut");
    assertThat(cut.at("/nodes/2/clientLink/cut").booleanValue()).isTrue();
    JsonNode slow = ask("POST", "/control/links/clients/2/delay", "{\"delay\": \"5ms\"}");
    assertThat(slow.at("/nodes/2/clientLink/delay").textValue()).isEqualTo("5ms");
    post("/control/links/clients/2/heal");
    assertThat(cluster.clientLink(node(2)).isCut()).isFalse();
  }

  @Test
  void aDiskThatStandsStillLosesWhatIsWrittenMeanwhile() throws Exception {
    try (JavaClient client = JavaClient.connect(cluster)) {
      int vbucket = 1;
      EmbeddedNode node = cluster.bucket("data").activeNode(vbucket).orElseThrow();
      String disk = "/control/nodes/" + node.id() + "/persistence/";
      JsonNode paused = post(disk + "pause");
      assertThat(paused.at("/nodes/" + node.id() + "/persistence/paused").booleanValue()).isTrue();
      for (int i = 0; i < 100; i++) {
        client.documents("data").upsert("key" + i, i);
      }
      long written = cluster.bucket("data").highSeqno(vbucket);
      assertThat(written).isPositive();

      post("/control/nodes/" + node.id() + "/crash");

      assertThat(cluster.bucket("data").highSeqno(vbucket)).isZero();
      post(disk + "pause");
      JsonNode resumed = post(disk + "resume");
      assertThat(resumed.at("/nodes/" + node.id() + "/persistence/paused").booleanValue())
          .isFalse();
    }
  }

  @Test
  void disksAreSlowed() throws Exception {
    JsonNode slow = ask("POST", "/control/nodes/2/persistence/delay", "{\"delay\": \"20ms\"}");

    assertThat(slow.at("/nodes/2/persistence/delay").textValue()).isEqualTo("20ms");
    assertThat(node(2).persistenceDelay()).isEqualTo(Duration.ofMillis(20));
    assertThat(node(1).persistenceDelay()).isZero();
  }

  @Test
  void aNodeIsKilledInTheMiddleOfARebalance() throws Exception {
    post("/control/nodes");
    for (int i = 0; i < 3; i++) {
      post("/control/links/" + i + "/3/cut");
    }
    CompletableFuture<HttpResponse<String>> rebalance =
        http.sendAsync(
            request(node(0), "password", "POST", "/control/rebalance", ""),
            HttpResponse.BodyHandlers.ofString());
    await()
        .untilAsserted(
            () ->
                assertThat(ask("GET", "/control", "").get("rebalancing").booleanValue()).isTrue());

    post("/control/nodes/3/kill");

    assertThat(rebalance.join().statusCode()).isEqualTo(409);
    assertThat(rebalance.join().body()).contains("node is gone");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | /control/nodes               |                     | 404 | allowed=GET /control",
        "PUT    | /control                     |                     | 404 | request=PUT /control/,",
        "POST   | /control/nodes/0/explode     |                     | 404 | explode",
        "POST   | /control/nodes/7/pause       |                     | 404 | node=7, existing=[0, 1, 2]",
        "POST   | /control/nodes/-1/pause      |                     | 404 | node=-1",
        "POST   | /control/nodes/1/addBack     |                     | 404 | node=1, existing=[]",
        "POST   | /control/links/0/9/cut       |                     | 404 | node=9",
        "POST   | /control/links/0/0/cut       |                     | 400 | from=0, to=0",
        "POST   | /control/links/0/1/stretch   |                     | 404 | stretch",
        "POST   | /control/links/0/1/delay     |                     | 400 | delay is missing",
        "POST   | /control/links/0/1/delay     | {\"delay\":\"2m\"}  | 400 | delay=120s, allowed=0s to 60s",
        "POST   | /control/links/0/1/delay     | {\"delay\":\"-1s\"} | 400 | delay=-1s, allowed=0s to 60s",
        "POST   | /control/links/0/1/delay     | {\"delay\":5}       | 400 | duration=5, expected=",
        "POST   | /control/links/0/1/delay     | {\"dely\":\"5ms\"}  | 400 | unknown field=dely, allowed=[delay]",
        "POST   | /control/links/0/1/delay     | [1]                 | 400 | allowed=an object",
        "POST   | /control/links/0/1/delay     | {} {}               | 400 | body is not JSON",
        "POST   | /control/nodes/1/disk/pause  |                     | 404 | persistence/(pause|resume|delay)",
        "POST   | /control/nodes/1/persistence/stop |               | 404 | persistence/stop",
        "POST   | /control/nodes/9/persistence/pause |              | 404 | node=9",
        "POST   | /control/nodes/1/persistence/delay |              | 400 | delay is missing",
        "POST   | /control/nodes/1/restart     |                     | 409 | state=RUNNING, allowed=[KILLED]",
        "POST   | /control/nodes/1/restart     | {\"warmUp\":\"1h\"} | 400 | warmUp=3600s, allowed=0s to 600s",
        "POST   | /control/nodes/1/pause       | {\"x\":1}           | 400 | unknown field=x, allowed=[]",
        "POST   | /control/nodes/0/kill        |                     | 409 | node=0 is asked",
        "POST   | /control/nodes/0/failover    |                     | 409 | would not live to answer",
        "DELETE | /control/nodes/0             |                     | 409 | others=[http://127.0.0.1:"
      })
  void refusesWhatItCannotDo(String method, String path, String body, int status, String complaint)
      throws Exception {
    JsonNode before = ask("GET", "/control", "");

    HttpResponse<String> response = send(node(0), method, path, body == null ? "" : body);

    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(JSON.readTree(response.body()).get("error").textValue()).contains(complaint);
    assertThat(ask("GET", "/control", "")).isEqualTo(before);
  }

  @Test
  void isThereOnlyForThoseWhoProveWhoTheyAre() throws Exception {
    HttpResponse<String> response =
        http.send(
            request(node(0), "wrong", "POST", "/control/nodes/1/kill", ""),
            HttpResponse.BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(node(1).state()).isEqualTo(NodeState.RUNNING);
  }

  @Test
  void isNotThereUnlessAskedFor() throws Exception {
    try (EmbeddedCouchbase plain = EmbeddedCouchbase.builder().bucket("data").start()) {
      EmbeddedNode node = plain.nodes().get(0);
      assertThat(send(node, "GET", "/control", "").statusCode()).isEqualTo(404);
      assertThat(send(node, "POST", "/control/nodes/0/pause", "").statusCode()).isEqualTo(404);
      assertThat(node.state()).isEqualTo(NodeState.RUNNING);
    }
  }
}
