package io.channelindex.embedded;

import static com.couchbase.client.java.kv.GetOptions.getOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.manager.bucket.BucketType;
import com.couchbase.client.java.manager.bucket.CompressionMode;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets beside each other, made and removed while clients work. */
@ExtendWith(NettyLeaks.class)
class SeveralBucketsIT {
  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(
          node ->
              node.bucket(new BucketSettings("b1", 1))
                  .bucket(new BucketSettings("b64", 64))
                  .bucket(new BucketSettings("b128", 128))
                  .bucket(new BucketSettings("b1024", 1024))
                  .bucket("neighbour"));

  private static JavaClient client;

  @BeforeAll
  static void connect() {
    client = JavaClient.connect(COUCHBASE.node());
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 128, 1024})
  void keepTheirOwnDocuments(int vbuckets) {
    String name = "b" + vbuckets;
    Collection documents = client.documents(name);
    for (int i = 0; i < 300; i++) {
      documents.upsert("key" + i, name);
    }

    try (DcpFollower follower = DcpFollower.connect(COUCHBASE.node(), name)) {
      assertThat(follower.client().numPartitions()).isEqualTo(vbuckets);
      follower.followAll();
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).hasSize(300));
      assertThat(follower.documents().values()).containsOnly('"' + name + '"');
      assertThat(follower.violations()).isEmpty();
    }
    assertThat(COUCHBASE.node().bucket(name).vbuckets()).isEqualTo(vbuckets);
    assertThat(COUCHBASE.node().bucket(name).documentCount()).isEqualTo(300);
  }

  @Test
  void comeAndGoWhileOthersWork() {
    EmbeddedCouchbase node = COUCHBASE.node();
    Collection neighbour = client.documents("neighbour");
    AtomicBoolean stop = new AtomicBoolean();
    CompletableFuture<Integer> worker =
        CompletableFuture.supplyAsync(
            () -> {
              int writes = 0;
              while (!stop.get()) {
                neighbour.upsert("key", ++writes);
              }
              return writes;
            });

    node.createBucket(new BucketSettings("passing", 16));
    Collection passing = client.documents("passing");
    passing.upsert("key", 1);
    node.removeBucket("passing");
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> passing.get("key", getOptions().timeout(Duration.ofSeconds(1))));
    node.createBucket(new BucketSettings("passing", 32));
    await()
        .atMost(JavaClient.PATIENCE)
        .untilAsserted(() -> assertThat(passing.exists("key").exists()).isFalse());
    passing.insert("key", 2);

    assertThat(passing.get("key").contentAs(Integer.class)).isEqualTo(2);
    stop.set(true);
    int writes = worker.join();
    assertThat(neighbour.get("key").contentAs(Integer.class)).isEqualTo(writes);
    node.removeBucket("passing");
  }

  @Test
  void endTheStreamsOfARemovedOne() {
    EmbeddedCouchbase node = COUCHBASE.node();
    node.createBucket(new BucketSettings("streamed", 4));
    client.documents("streamed").upsert("key", 1);
    int before = node.connectionCount();
    try (DcpFollower follower = DcpFollower.connect(node, "streamed").followAll()) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).isEqualTo(Map.of("key", "1")));

      node.removeBucket("streamed");

      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(node.connectionCount()).isLessThanOrEqualTo(before));
    }
  }

  @Test
  void haveSettingsThatAnSdkCanRead() {
    com.couchbase.client.java.manager.bucket.BucketSettings settings =
        client.cluster().buckets().getBucket("neighbour");

    assertThat(settings.bucketType()).isEqualTo(BucketType.COUCHBASE);
    assertThat(settings.numReplicas()).isZero();
    assertThat(settings.ramQuotaMB()).isPositive();
    assertThat(settings.compressionMode()).isEqualTo(CompressionMode.OFF);
    assertThat(settings.flushEnabled()).isFalse();
    assertThat(client.cluster().buckets().getAllBuckets()).containsKeys("b1", "b1024", "neighbour");
  }

  @Test
  void haveNamesOfTheirOwn() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> COUCHBASE.node().createBucket(new BucketSettings("b64", 64)))
        .withMessageContaining("name=b64");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> COUCHBASE.node().removeBucket("unheard-of"))
        .withMessageContaining("bucket=unheard-of");
  }
}
