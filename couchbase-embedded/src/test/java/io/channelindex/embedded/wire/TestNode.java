package io.channelindex.embedded.wire;

import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.fault.Faults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** The node under test with one bucket, and its administration over HTTP. */
final class TestNode implements AutoCloseable {
  static final String BUCKET = "default";

  /** After {@link #createCapturedCollections()}. */
  static final ManifestUids UIDS = new ManifestUids("3", Map.of("s1", 1L, "c1", 2L, "c2", 3L));

  private final EmbeddedCouchbase node;
  private final HttpClient http = HttpClient.newHttpClient();

  private TestNode(EmbeddedCouchbase node) {
    this.node = node;
  }

  static TestNode start() {
    return new TestNode(
        EmbeddedCouchbase.builder()
            .vbuckets(DocumentKey.VBUCKETS)
            .bucket(BUCKET)
            .username(WireClient.USERNAME)
            .password(WireClient.PASSWORD)
            .start());
  }

  NodeAddress address() {
    return new NodeAddress(node.port(), node.managerPort());
  }

  WireClient connect() {
    return WireClient.connect(node.port());
  }

  /** A logged-in connection to the bucket, with collections. */
  WireClient open() {
    return WireClient.open(node.port(), BUCKET);
  }

  int connectionCount() {
    return node.connectionCount();
  }

  Faults faults() {
    return node.faults();
  }

  EmbeddedBucket bucket() {
    return node.bucket(BUCKET);
  }

  /** The scope and collections of the captured 7.6.12: s1.c1 with id 8, s1.c2 with id 9. */
  void createCapturedCollections() {
    post("/scopes", "name=s1");
    post("/scopes/s1/collections", "name=c1");
    post("/scopes/s1/collections", "name=c2&maxTTL=3600");
  }

  @Override
  public void close() {
    node.close();
  }

  private void post(String path, String form) {
    String credentials = WireClient.USERNAME + ":" + WireClient.PASSWORD;
    String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + node.managerPort()
                        + "/pools/default/buckets/"
                        + BUCKET
                        + path))
            .header("Authorization", "Basic " + basic)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw new IllegalStateException(
            "path=" + path + " status=" + response.statusCode() + " body=" + response.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("path=" + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("path=" + path, e);
    }
  }
}
