package io.channelindex.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.RequestCanceledException;
import com.couchbase.client.java.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

/** A bucket of its own, written through {@code java-client}, and what ought to be in it. */
final class ModelledBucket implements AutoCloseable {
  private static final int MAX_ATTEMPTS = 10;
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  private final EmbeddedCouchbase node;
  private final EmbeddedBucket bucket;
  private final Collection documents;
  private final Map<String, String> model = new TreeMap<>();

  ModelledBucket(EmbeddedCouchbase node, JavaClient client, int vbuckets) {
    this(node, client, vbuckets, 0);
  }

  ModelledBucket(EmbeddedCouchbase node, JavaClient client, int vbuckets, int replicas) {
    this.node = node;
    this.bucket =
        node.createBucket(
            new BucketSettings("bucket" + BUCKETS.incrementAndGet(), vbuckets)
                .withReplicas(replicas));
    this.documents = client.documents(bucket.name());
  }

  String name() {
    return bucket.name();
  }

  /** The bucket from behind. */
  EmbeddedBucket bucket() {
    return bucket;
  }

  /** The node where the vbucket of {@code key} is active. */
  EmbeddedNode activeNode(String key) {
    CRC32 crc = new CRC32();
    crc.update(key.getBytes(UTF_8));
    int vbucket = (int) ((crc.getValue() >> 16) & 0x7fff) % bucket.vbuckets();
    return bucket.activeNode(vbucket).orElseThrow();
  }

  /** To write what the model is then told by {@link #model()}. */
  Collection documents() {
    return documents;
  }

  /** Contents by key, to be changed along with the documents. */
  Map<String, String> model() {
    return model;
  }

  /**
   * Writes; tries again if the connection breaks, because nobody knows whether it was done, and
   * while the client does not know where to.
   */
  void write(String key, int n) {
    for (int attempt = 1; ; attempt++) {
      try {
        Runnable upsert = () -> documents.upsert(key, Map.of("n", n));
        // At once first: to wait for a condition is to wait a tenth of a second before it.
        if (!ClientQuirks.hasNode(upsert)) {
          await().until(() -> ClientQuirks.hasNode(upsert));
        }
        break;
      } catch (RequestCanceledException e) {
        assertThat(attempt).as("attempts: %s", e).isLessThan(MAX_ATTEMPTS);
      }
    }
    model.put(key, "{\"n\":" + n + "}");
  }

  void remove(String key) {
    documents.remove(key);
    model.remove(key);
  }

  DcpFollower connect() {
    return DcpFollower.connect(node, bucket.name());
  }

  DcpFollower follow() {
    return connect().followAll();
  }

  /** Waits until {@code follower} was told all that is in the model, in order. */
  void awaitToldTo(DcpFollower follower) {
    await()
        .atMost(JavaClient.PATIENCE)
        .untilAsserted(() -> assertThat(follower.documents()).isEqualTo(model));
    assertThat(follower.violations()).isEmpty();
    assertThat(follower.failures()).isEmpty();
  }

  @Override
  public void close() {
    node.removeBucket(bucket.name());
  }
}
