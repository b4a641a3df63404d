package io.channelindex.server.documents;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.env.ClusterEnvironment;
import io.channelindex.embedded.EmbeddedCouchbase;
import java.time.Duration;

/** The real client, connected to a node; patient, since machines are busy. */
public final class DataClient implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  // A connection that ends in the middle of its handshake is noticed by this timeout only.
  private static final Duration HANDSHAKE = Duration.ofSeconds(5);

  private final ClusterEnvironment environment;
  private final Cluster cluster;

  public DataClient(EmbeddedCouchbase node) {
    environment =
        ClusterEnvironment.builder()
            .timeoutConfig(timeouts -> timeouts.kvTimeout(PATIENCE).connectTimeout(HANDSHAKE))
            .build();
    cluster =
        Cluster.connect(
            node.connectionString(),
            ClusterOptions.clusterOptions(node.username(), node.password())
                .environment(environment));
  }

  public Collection collection(String bucket) {
    cluster.bucket(bucket).waitUntilReady(PATIENCE);
    return cluster.bucket(bucket).defaultCollection();
  }

  @Override
  public void close() {
    cluster.disconnect(PATIENCE);
    environment.shutdown(PATIENCE);
  }
}
