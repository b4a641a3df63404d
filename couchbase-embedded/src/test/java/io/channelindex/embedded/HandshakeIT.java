package io.channelindex.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.couchbase.client.core.diagnostics.PingState;
import com.couchbase.client.core.endpoint.EndpointState;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.error.UnambiguousTimeoutException;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.core.service.ServiceType;
import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.error.BootstrapException;
import com.couchbase.client.java.diagnostics.PingOptions;
import com.couchbase.client.java.kv.GetOptions;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How {@code java-client} gets in, and what its users see when it does not. */
@ExtendWith(NettyLeaks.class)
class HandshakeIT {
  private static final Duration SHORT = Duration.ofSeconds(1);

  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.bucket("data"));

  @Test
  void isReady() {
    try (JavaClient client = JavaClient.connect(COUCHBASE.node())) {
      client.cluster().waitUntilReady(JavaClient.PATIENCE);
      client.bucket("data").waitUntilReady(JavaClient.PATIENCE);

      assertThat(
              client
                  .bucket("data")
                  .ping(PingOptions.pingOptions().serviceTypes(Set.of(ServiceType.KV)))
                  .endpoints()
                  .get(ServiceType.KV))
          .isNotEmpty()
          .allSatisfy(endpoint -> assertThat(endpoint.state()).isEqualTo(PingState.OK));
      assertThat(client.cluster().diagnostics().endpoints().get(ServiceType.KV))
          .isNotEmpty()
          .allSatisfy(endpoint -> assertThat(endpoint.state()).isEqualTo(EndpointState.CONNECTED));
    }
  }

  @Test
  void keepsWrongPasswordsOut() {
    try (JavaClient client = JavaClient.connect(COUCHBASE.node(), "wrong", settings -> {})) {
      // The client goes on trying until the time is over, and then says why.
      assertThatExceptionOfType(UnambiguousTimeoutException.class)
          .isThrownBy(
              () -> client.documents("data").get("key", GetOptions.getOptions().timeout(SHORT)))
          .satisfies(
              e ->
                  assertThat(e.context().requestContext().retryReasons())
                      .contains(RetryReason.AUTHENTICATION_ERROR));
      assertThatExceptionOfType(UnambiguousTimeoutException.class)
          .isThrownBy(() -> client.bucket("data").waitUntilReady(SHORT));
    }
  }

  @Test
  void hasNoOtherBuckets() {
    try (JavaClient client = JavaClient.connect(COUCHBASE.node())) {
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(
              () -> client.documents("other").get("key", GetOptions.getOptions().timeout(SHORT)))
          .satisfies(
              e ->
                  assertThat(e.context().requestContext().retryReasons())
                      .containsAnyOf(
                          RetryReason.BUCKET_NOT_AVAILABLE, RetryReason.BUCKET_OPEN_IN_PROGRESS));
      client.documents("data").upsert("key", 1);
    }
  }

  @Test
  void keepsWrongPasswordsOutOfStreams() {
    requireNoStreams("data", "wrong");
  }

  @Test
  void hasNoStreamsOfOtherBuckets() {
    requireNoStreams("other", COUCHBASE.node().password());
  }

  /**
   * A client that could not connect has disconnected itself; asked again, it would wait forever.
   */
  private static void requireNoStreams(String bucket, String password) {
    Client client =
        DcpFollower.unconnected(
                COUCHBASE.node(), bucket, password, settings -> settings.bootstrapTimeout(SHORT))
            .client();
    assertThatExceptionOfType(BootstrapException.class)
        .isThrownBy(() -> client.connect().block(JavaClient.PATIENCE));
  }
}
