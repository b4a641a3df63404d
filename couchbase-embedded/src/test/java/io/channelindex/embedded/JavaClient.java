package io.channelindex.embedded;

import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.env.ClusterEnvironment;
import java.time.Duration;
import java.util.function.Consumer;

/** The real {@code java-client}, connected to a node; patient, since machines are busy. */
final class JavaClient implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * A connection that the node closes in the middle of the handshake is now and then waited for by
   * the client until this is over, seen once in a thousand restarts of a node: well below the
   * patience of operations, which go on after it.
   */
  private static final Duration CONNECTING = Duration.ofSeconds(10);

  private final ClusterEnvironment environment;
  private final Cluster cluster;

  private JavaClient(ClusterEnvironment environment, Cluster cluster) {
    this.environment = environment;
    this.cluster = cluster;
  }

  /** Connects with the node's own account, and the client's settings as they come. */
  static JavaClient connect(EmbeddedCouchbase node) {
    return connect(node, node.password(), settings -> {});
  }

  static JavaClient connect(
      EmbeddedCouchbase node, String password, Consumer<ClusterEnvironment.Builder> settings) {
    ClusterEnvironment.Builder builder =
        ClusterEnvironment.builder()
            .timeoutConfig(
                timeouts ->
                    timeouts
                        .kvTimeout(PATIENCE)
                        .kvDurableTimeout(PATIENCE)
                        .connectTimeout(CONNECTING)
                        .managementTimeout(PATIENCE));
    settings.accept(builder);
    ClusterEnvironment environment = builder.build();
    Cluster cluster =
        Cluster.connect(
            node.connectionString(),
            ClusterOptions.clusterOptions(node.username(), password).environment(environment));
    return new JavaClient(environment, cluster);
  }

  Cluster cluster() {
    return cluster;
  }

  Bucket bucket(String name) {
    return cluster.bucket(name);
  }

  /** The default collection of {@code bucket}. */
  Collection documents(String bucket) {
    return cluster.bucket(bucket).defaultCollection();
  }

  @Override
  public void close() {
    cluster.disconnect(PATIENCE);
    environment.shutdown(PATIENCE);
  }
}
