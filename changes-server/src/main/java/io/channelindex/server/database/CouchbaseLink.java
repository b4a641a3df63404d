package io.channelindex.server.database;

import com.couchbase.client.core.cnc.tracing.NoopRequestTracer;
import com.couchbase.client.core.topology.ClusterTopologyWithBucket;
import com.couchbase.client.core.topology.CouchbaseBucketTopology;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.env.ClusterEnvironment;
import io.channelindex.feed.FeedSettings;
import io.channelindex.server.config.CouchbaseConfig;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The connection to the cluster that all databases of a server share.
 *
 * <p>Thread-safe.
 */
public final class CouchbaseLink implements AutoCloseable {
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
  private static final Duration LAST_BACKOFF = Duration.ofSeconds(5);
  private static final Duration DISCONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final CouchbaseConfig config;
  private final ClusterEnvironment environment;
  private final Cluster cluster;

  private CouchbaseLink(CouchbaseConfig config, ClusterEnvironment environment, Cluster cluster) {
    this.config = config;
    this.environment = environment;
    this.cluster = cluster;
  }

  /** Begins to connect; that goes on in the background, for as long as it takes. */
  public static CouchbaseLink connect(CouchbaseConfig config) {
    // The client's compressor takes a new table of 32 KiB for every value, which was half of all
    // that a busy server allocated. Couchbase compresses by itself where a bucket is to be so.
    ClusterEnvironment environment =
        ClusterEnvironment.builder()
            .compressionConfig(compression -> compression.enable(false))
            // Takes three threads that wake every millisecond, to log what /metrics has.
            .loggingMeterConfig(meter -> meter.enabled(false))
            // Spans of every operation, to log the slow ones.
            .requestTracer(NoopRequestTracer.INSTANCE)
            .build();
    Cluster cluster =
        Cluster.connect(
            config.connectionString(),
            ClusterOptions.clusterOptions(config.username(), config.password())
                .environment(environment));
    return new CouchbaseLink(config, environment, cluster);
  }

  /** A bucket that is ready; fails if it is not within the time given. */
  CompletionStage<Bucket> bucket(String name, Duration patience) {
    Bucket bucket = cluster.bucket(name);
    return bucket.async().waitUntilReady(patience).thenApply(ready -> bucket);
  }

  /**
   * How many vbuckets a bucket that is ready is hashed into.
   *
   * @throws IllegalStateException if it is not hashed into vbuckets
   */
  static int vbuckets(Bucket bucket) {
    ClusterTopologyWithBucket known = bucket.core().clusterConfig().bucketTopology(bucket.name());
    if (known != null && known.bucket() instanceof CouchbaseBucketTopology hashed) {
      return hashed.numberOfPartitions();
    }
    throw new IllegalStateException("not a bucket with vbuckets: bucket=" + bucket.name());
  }

  /** How a bucket's changes are streamed. */
  FeedSettings feed(String bucket, int bufferBytes, @Nullable Duration persistencePolling) {
    return new FeedSettings(
        config.connectionString(),
        config.username(),
        config.password(),
        bucket,
        bufferBytes,
        persistencePolling,
        FIRST_BACKOFF,
        LAST_BACKOFF);
  }

  @Override
  public void close() {
    cluster.disconnect(DISCONNECT_TIMEOUT);
    environment.shutdown();
  }
}
