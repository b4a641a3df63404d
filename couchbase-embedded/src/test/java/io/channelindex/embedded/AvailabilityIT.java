package io.channelindex.embedded;

import static com.couchbase.client.java.diagnostics.PingOptions.pingOptions;
import static com.couchbase.client.java.kv.UpsertOptions.upsertOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.couchbase.client.core.diagnostics.ClusterState;
import com.couchbase.client.core.diagnostics.DiagnosticsResult;
import com.couchbase.client.core.diagnostics.EndpointPingReport;
import com.couchbase.client.core.diagnostics.PingResult;
import com.couchbase.client.core.diagnostics.PingState;
import com.couchbase.client.core.endpoint.EndpointState;
import com.couchbase.client.core.error.DocumentUnretrievableException;
import com.couchbase.client.core.error.DurabilityImpossibleException;
import com.couchbase.client.core.error.FeatureNotAvailableException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.core.service.ServiceType;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.GetReplicaResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.ScanType;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What {@code java-client} finds out about a node with one copy of everything, and what it is told
 * that this node cannot do.
 */
@ExtendWith(NettyLeaks.class)
class AvailabilityIT {
  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.bucket("data"));

  private static final List<LookupInSpec> WHOLE = List.of(LookupInSpec.get(""));

  private static JavaClient client;
  private static Collection documents;

  @BeforeAll
  static void connect() {
    client = JavaClient.connect(COUCHBASE.node());
    documents = client.documents("data");
    documents.upsert("here", 1);
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @Test
  void theOnlyCopyIsAnyReplica() {
    GetReplicaResult any = documents.getAnyReplica("here");

    assertThat(any.isReplica()).isFalse();
    assertThat(any.contentAs(Integer.class)).isEqualTo(1);
    assertThatExceptionOfType(DocumentUnretrievableException.class)
        .isThrownBy(() -> documents.getAnyReplica("nowhere"));
  }

  @Test
  void theOnlyCopyIsAllReplicas() {
    assertThat(documents.getAllReplicas("here"))
        .singleElement()
        .satisfies(result -> assertThat(result.isReplica()).isFalse());
    assertThat(documents.getAllReplicas("nowhere")).isEmpty();
  }

  @Test
  void pathsAreReadFromReplicasOnlyWhereThereAreToBeAny() {
    assertThatExceptionOfType(FeatureNotAvailableException.class)
        .isThrownBy(() -> documents.lookupInAnyReplica("here", WHOLE));
  }

  @Test
  void replicasThatAreNowhereMakeDurabilityImpossible() {
    COUCHBASE.node().createBucket(new BucketSettings("widowed", 4).withReplicas(1));
    try (JavaClient own = JavaClient.connect(COUCHBASE.node())) {
      Collection widowed = own.documents("widowed");
      widowed.upsert("key", 1);

      assertThatExceptionOfType(DurabilityImpossibleException.class)
          .isThrownBy(
              () -> widowed.upsert("key", 2, upsertOptions().durability(DurabilityLevel.MAJORITY)));

      assertThat(widowed.get("key").contentAs(Integer.class)).isEqualTo(1);
      assertThat(widowed.getAnyReplica("key").isReplica()).isFalse();
      assertThat(widowed.getAllReplicas("key")).hasSize(1);
      assertThat(widowed.lookupInAnyReplica("key", WHOLE).isReplica()).isFalse();
    } finally {
      COUCHBASE.node().removeBucket("widowed");
    }
  }

  @Test
  void aFullBucketFailsForTheTimeBeing() {
    COUCHBASE
        .node()
        .createBucket(
            new BucketSettings("small", 4).withQuotaBytes(BucketSettings.MIN_QUOTA_BYTES));
    try (JavaClient own = JavaClient.connect(COUCHBASE.node())) {
      Collection small = own.documents("small");
      small.upsert("first", "x".repeat(50_000));

      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(
              () ->
                  small.upsert(
                      "second",
                      "x".repeat(50_000),
                      upsertOptions().timeout(Duration.ofMillis(300))))
          .satisfies(
              e ->
                  assertThat(e.context().requestContext().retryReasons())
                      .contains(RetryReason.KV_TEMPORARY_FAILURE));

      assertThat(small.get("first").contentAs(String.class)).hasSize(50_000);
      small.remove("first");
      small.upsert("second", "x".repeat(50_000));
    } finally {
      COUCHBASE.node().removeBucket("small");
    }
  }

  @Test
  void answersPings() {
    PingResult ping =
        client.bucket("data").ping(pingOptions().serviceTypes(Set.of(ServiceType.KV)));

    assertThat(ping.endpoints()).containsOnlyKeys(ServiceType.KV);
    assertThat(ping.endpoints().get(ServiceType.KV))
        .isNotEmpty()
        .extracting(EndpointPingReport::state)
        .containsOnly(PingState.OK);
  }

  @Test
  void isOnlineInDiagnostics() {
    documents.get("here");

    DiagnosticsResult diagnostics = client.cluster().diagnostics();

    assertThat(diagnostics.state()).isEqualTo(ClusterState.ONLINE);
    assertThat(diagnostics.endpoints().get(ServiceType.KV))
        .isNotEmpty()
        .allMatch(endpoint -> endpoint.state() == EndpointState.CONNECTED);
  }

  @Test
  void rangeScansAreNotAvailable() {
    assertThatExceptionOfType(FeatureNotAvailableException.class)
        .isThrownBy(() -> documents.scan(ScanType.prefixScan("h")).forEach(result -> {}));
    assertThatExceptionOfType(FeatureNotAvailableException.class)
        .isThrownBy(() -> documents.scan(ScanType.samplingScan(1)).forEach(result -> {}));
  }
}
