package io.channelindex.embedded.manager;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.embedded.EmbeddedCouchbase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The manager's port, as an HTTP client meets it. */
@Timeout(30)
class ManagerIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCOPES = "/pools/default/buckets/data/scopes";

  private final HttpClient client = HttpClient.newHttpClient();
  private EmbeddedCouchbase node;

  @BeforeEach
  void start() {
    node = EmbeddedCouchbase.builder().vbuckets(16).bucket("data").threads(1).start();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://" + node.host() + ":" + node.managerPort() + path))
        .header("Authorization", basic(node.username() + ":" + node.password()));
  }

  private static String basic(String credentials) {
    return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).GET().build());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    return JSON.readTree(response.body());
  }

  private HttpResponse<String> post(String path, String form) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build());
  }

  private HttpResponse<String> delete(String path) throws Exception {
    return send(request(path).DELETE().build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Bearer abc",
        "Basic bm9jb2xvbg==",
        "Basic Og=="
      })
  void refusesWhoeverDoesNotProveWhoHeIs(String header) throws Exception {
    HttpResponse<String> response =
        send(request("/pools").setHeader("Authorization", header).GET().build());

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Administrator:wrong",
        "Administrator:",
        "administrator:password",
        "Administrator:password ",
        "Administrator:pass:word",
        "Administrator\0Administrator:password"
      })
  void refusesWrongCredentials(String credentials) throws Exception {
    HttpResponse<String> response =
        send(request("/pools").setHeader("Authorization", basic(credentials)).GET().build());

    assertThat(response.statusCode()).isEqualTo(401);
  }

  @Test
  void refusesWhoeverSaysNothing() throws Exception {
    HttpResponse<String> response =
        send(
            HttpRequest.newBuilder(
                    URI.create("http://" + node.host() + ":" + node.managerPort() + SCOPES))
                .POST(HttpRequest.BodyPublishers.ofString("name=s"))
                .build());

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(json(SCOPES).get("uid").textValue()).isEqualTo("0");
  }

  @Test
  void theSchemeIsWrittenInAnyCase() throws Exception {
    String header = basic("Administrator:password").replace("Basic", "bAsIc");

    assertThat(
            send(request("/whoami").setHeader("Authorization", header).GET().build()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void saysWhoIsAsking() throws Exception {
    assertThat(json("/whoami"))
        .isEqualTo(JSON.readTree("{\"id\":\"Administrator\",\"domain\":\"local\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/poolsx",
        "/pools/other",
        "/pools/default/x",
        "/pools/default/b/none",
        "/pools/default/bs/none",
        "/pools/default/b/data/x",
        "/pools/default/buckets/none",
        "/pools/default/buckets/data/x",
        "/pools/default/buckets/none/scopes",
        "/pools/default/nodeServices/x"
      })
  void whatIsNotThereIsNotFound(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(404);
  }

  @Test
  void otherMethodsAreNotAllowed() throws Exception {
    HttpRequest put = request(SCOPES).PUT(HttpRequest.BodyPublishers.ofString("name=s")).build();

    assertThat(send(put).statusCode()).isEqualTo(405);
    assertThat(json(SCOPES).get("uid").textValue()).isEqualTo("0");
  }

  @Test
  void describesTheCluster() throws Exception {
    JsonNode pools = json("/pools");
    JsonNode pool = json("/pools/default");
    JsonNode services = json("/pools/default/nodeServices");

    assertThat(pools.at("/pools/0/name").textValue()).isEqualTo("default");
    assertThat(pools.get("implementationVersion").textValue()).startsWith("7.6.12");
    assertThat(pool.at("/nodes/0/status").textValue()).isEqualTo("healthy");
    assertThat(pool.at("/nodes/0/ports/direct").intValue()).isEqualTo(node.port());
    assertThat(services.at("/nodesExt/0/services/kv").intValue()).isEqualTo(node.port());
    assertThat(services.at("/nodesExt/0/services/mgmt").intValue()).isEqualTo(node.managerPort());
  }

  /** Or clients that outlive a cluster would go by its configuration, whose revision is higher. */
  @Test
  void aClusterThatComesAtOnceHasAHigherEpoch() throws Exception {
    long epoch = json("/pools/default/b/data").get("revEpoch").longValue();
    for (int i = 0; i < 3; i++) {
      stop();
      start();
      long next = json("/pools/default/b/data").get("revEpoch").longValue();
      assertThat(next).isGreaterThan(epoch);
      epoch = next;
    }
  }

  /** Only terse configurations have markers: whoever reads anything else replaces none. */
  @Test
  void namesItselfAsItWasAsked() throws Exception {
    try (EmbeddedCouchbase everywhere =
        EmbeddedCouchbase.builder()
            .host(InetAddress.getByName("0.0.0.0"))
            .nodes(2)
            .bucket("data")
            .start()) {
      String manager = "127.0.0.1:" + everywhere.managerPort();
      for (String path : List.of("/pools/default", "/pools/default/buckets/data")) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://" + manager + path))
                .header("Authorization", basic(node.username() + ":" + node.password()))
                .build();

        String body = send(request).body();

        assertThat(JSON.readTree(body).at("/nodes/0/hostname").textValue()).isEqualTo(manager);
        assertThat(body).doesNotContain("$HOST");
      }
    }
  }

  @Test
  void describesABucket() throws Exception {
    for (String path :
        List.of(
            "/pools/default/b/data",
            "/pools/default/buckets/data?x=y",
            "/pools//default/b/data/")) {
      JsonNode bucket = json(path);
      assertThat(bucket.get("name").textValue()).isEqualTo("data");
      assertThat(bucket.get("nodeLocator").textValue()).isEqualTo("vbucket");
      assertThat(bucket.at("/vBucketServerMap/vBucketMap")).hasSize(16);
    }
    assertThat(json("/pools/default/buckets")).hasSize(1);
    assertThat(json("/pools/default/buckets/data").at("/basicStats/itemCount").intValue()).isZero();
  }

  @Test
  void scopesAndCollectionsComeAndGo() throws Exception {
    assertThat(post(SCOPES, "name=s").body()).isEqualTo("{\"uid\":\"1\"}");
    assertThat(post(SCOPES + "/s/collections", "name=c&maxTTL=60").body())
        .isEqualTo("{\"uid\":\"2\"}");
    JsonNode manifest = json(SCOPES);
    assertThat(manifest.get("uid").textValue()).isEqualTo("2");
    JsonNode scope =
        StreamSupport.stream(manifest.get("scopes").spliterator(), false)
            .filter(s -> s.get("name").textValue().equals("s"))
            .findAny()
            .orElseThrow();
    assertThat(scope)
        .isEqualTo(
            JSON.readTree(
                "{\"collections\":[{\"maxTTL\":60,\"name\":\"c\",\"uid\":\"8\"}],"
                    + "\"name\":\"s\",\"uid\":\"8\"}"));

    assertThat(delete(SCOPES + "/s/collections/c").body()).isEqualTo("{\"uid\":\"3\"}");
    assertThat(delete(SCOPES + "/s").body()).isEqualTo("{\"uid\":\"4\"}");
    assertThat(json(SCOPES).get("scopes")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "                 | name=s               | Scope with name \"s\" already exists",
        "                 | ``                   | field=name, occurrences=0",
        "                 | name=a&name=b        | field=name, occurrences=2",
        "                 | name=_x              | scope name=_x, allowed=",
        "                 | name=%zz             | invalid hex",
        "/s/collections   | name=c&maxTTL=x      | maxTTL=x, allowed=a whole number",
        "/s/collections   | name=c&maxTTL=-2     | maxTTL=-2, minimum=0",
        "/s/collections   | name=d               | Collection with name \"d\" in scope \"s\""
      })
  void refusesForms(String path, String form, String message) throws Exception {
    post(SCOPES, "name=s");
    post(SCOPES + "/s/collections", "name=d");

    HttpResponse<String> response = post(SCOPES + (path == null ? "" : path), form);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(response.body()).at("/errors/_").textValue()).contains(message);
    assertThat(json(SCOPES).get("uid").textValue()).isEqualTo("2");
  }

  @Test
  void refusesToDropWhatIsNotThereOrMustStay() throws Exception {
    assertThat(delete(SCOPES + "/none").statusCode()).isEqualTo(404);
    assertThat(post(SCOPES + "/none/collections", "name=c").statusCode()).isEqualTo(404);
    assertThat(delete(SCOPES + "/_default").body()).contains("cannot be dropped");
    assertThat(delete(SCOPES + "/_default/collections/none").body()).contains("is not found");
    assertThat(delete(SCOPES).statusCode()).isEqualTo(404);
    assertThat(delete(SCOPES + "/_default/collections").statusCode()).isEqualTo(404);
    assertThat(post(SCOPES + "/_default", "name=x").statusCode()).isEqualTo(404);
    assertThat(json(SCOPES).get("uid").textValue()).isEqualTo("0");
  }

  @Test
  void aFollowerHearsOfEveryChangeAndOfTheEnd() throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            request("/pools/default/bs/data").GET().build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
      JsonNode first = nextConfig(lines);
      assertThat(first.get("collectionsManifestUid").textValue()).isEqualTo("0");

      post(SCOPES, "name=s");
      JsonNode second = nextConfig(lines);
      assertThat(second.get("collectionsManifestUid").textValue()).isEqualTo("1");
      assertThat(second.get("rev").longValue()).isGreaterThan(first.get("rev").longValue());

      node.removeBucket("data");
      assertThat(isCut(lines)).isTrue();
    }
  }

  /** Whether nothing comes any more: an end, or a chunked answer that is cut short. */
  private static boolean isCut(BufferedReader lines) {
    try {
      String line = lines.readLine();
      while (line != null && line.isEmpty()) {
        line = lines.readLine();
      }
      return line == null;
    } catch (IOException cutShort) {
      return true;
    }
  }

  private static JsonNode nextConfig(BufferedReader lines) throws Exception {
    String line = lines.readLine();
    while (line.isEmpty()) {
      line = lines.readLine();
    }
    return JSON.readTree(line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /pools/%zz HTTP/1.1", "GET /pools/% HTTP/1.1", "nonsense"})
  void malformedRequestsAreBad(String requestLine) throws Exception {
    try (Socket socket = new Socket(node.host(), node.managerPort())) {
      OutputStream out = socket.getOutputStream();
      String head =
          requestLine
              + "\r\nHost: x\r\nConnection: close\r\nAuthorization: "
              + basic("Administrator:password")
              + "\r\n\r\n";
      out.write(head.getBytes(UTF_8));
      out.flush();

      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

      assertThat(answer).startsWith("HTTP/1.1 400 ");
    }
  }
}
