package io.channelindex.perf.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.Credentials;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.target.Endpoint;
import io.channelindex.perf.target.TargetException;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClusterSessionIT {
  private static final LoadSettings LOAD = SuiteSettings.from(Map.of()).load();
  private static EmbeddedCouchbase node;

  @BeforeAll
  static void start() {
    node =
        EmbeddedCouchbase.builder()
            .port(0)
            .managerPort(0)
            .vbuckets(128)
            .bucket("data")
            .bucket("index")
            .start();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static ClusterSession open(String password) throws InterruptedException {
    Endpoint endpoint =
        new Endpoint(
            node.connectionString(),
            new Credentials(node.username(), password),
            new Buckets("data", "index"));
    return ClusterSession.open(endpoint, LOAD, "it");
  }

  @Test
  void vbucketsAndVersionAreTheTargetsOwn() throws InterruptedException {
    try (ClusterSession session = open(node.password())) {
      assertThat(session.vbuckets()).isEqualTo(128);
      assertThat(session.version()).matches("\\d+\\.\\d+\\.\\d+.*");
    }
  }

  @Test
  void aWrongPasswordIsNamedAtOnce() {
    assertThatThrownBy(() -> open("wrong"))
        .isInstanceOf(TargetException.class)
        .hasMessageContaining("user or password is wrong: username=Administrator")
        .hasMessageNotContaining("password=wrong");
  }

  /** Side by side: each of them takes the time after which a target is given up. */
  @Test
  void whatIsNotThereIsNamed() throws IOException {
    // Without the manager's port the client would ask whoever has the usual one.
    Endpoint nobody =
        endpoint(
            "couchbase://127.0.0.1:" + freePort() + "=kv,127.0.0.1:" + freePort() + "=manager",
            "data",
            "index");
    CompletableFuture<Throwable> noData =
        refusal(endpoint(node.connectionString(), "nothing", "index"));
    CompletableFuture<Throwable> noIndex =
        refusal(endpoint(node.connectionString(), "data", "nothing"));
    CompletableFuture<Throwable> noNode = refusal(nobody);
    for (CompletableFuture<Throwable> noBucket : List.of(noData, noIndex)) {
      assertThat(noBucket.join())
          .isInstanceOf(TargetException.class)
          .hasMessageContaining("the bucket does not exist, or the user has no right to it")
          .hasMessageContaining("bucket=nothing");
    }
    assertThat(noNode.join())
        .isInstanceOf(TargetException.class)
        .hasMessageContaining("connectionString=" + nobody.connectionString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Endpoint endpoint(String connectionString, String data, String index) {
    return new Endpoint(
        connectionString,
        new Credentials(node.username(), node.password()),
        new Buckets(data, index));
  }

  private static CompletableFuture<Throwable> refusal(Endpoint endpoint) {
    CompletableFuture<Throwable> refusal = new CompletableFuture<>();
    new Thread(
            () ->
                refusal.complete(
                    catchThrowable(() -> ClusterSession.open(endpoint, LOAD, "it").close())),
            "open")
        .start();
    return refusal;
  }
}
