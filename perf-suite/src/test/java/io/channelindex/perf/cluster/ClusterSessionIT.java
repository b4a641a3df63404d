package io.channelindex.perf.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.Credentials;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.target.Endpoint;
import io.channelindex.perf.target.TargetException;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  private static ClusterSession open(String user, String password, String data, String index)
      throws InterruptedException {
    Endpoint endpoint =
        new Endpoint(
            node.connectionString(), new Credentials(user, password), new Buckets(data, index));
    return ClusterSession.open(endpoint, LOAD, "it");
  }

  @Test
  void vbucketsAndVersionAreTheTargetsOwn() throws InterruptedException {
    try (ClusterSession session = open(node.username(), node.password(), "data", "index")) {
      assertThat(session.vbuckets()).isEqualTo(128);
      assertThat(session.version()).matches("\\d+\\.\\d+\\.\\d+.*");
    }
  }

  @Test
  void aWrongPasswordIsNamedAtOnce() {
    assertThatThrownBy(() -> open(node.username(), "wrong", "data", "index"))
        .isInstanceOf(TargetException.class)
        .hasMessageContaining("user or password is wrong: username=Administrator")
        .hasMessageNotContaining("password=wrong");
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "index"})
  void aMissingBucketIsNamed(String there) {
    String data = there.equals("data") ? "data" : "nothing";
    String index = there.equals("index") ? "index" : "nothing";
    assertThatThrownBy(() -> open(node.username(), node.password(), data, index))
        .isInstanceOf(TargetException.class)
        .hasMessageContaining("the bucket does not exist, or the user has no right to it")
        .hasMessageContaining("bucket=nothing");
  }

  @Test
  void aPortWhereNobodyAnswersIsNamed() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Endpoint endpoint =
        new Endpoint(
            "couchbase://127.0.0.1:" + port,
            new Credentials("Administrator", "password"),
            new Buckets("data", "index"));
    assertThatThrownBy(() -> ClusterSession.open(endpoint, LOAD, "it"))
        .isInstanceOf(TargetException.class)
        .hasMessageContaining("connectionString=couchbase://127.0.0.1:" + port);
  }
}
