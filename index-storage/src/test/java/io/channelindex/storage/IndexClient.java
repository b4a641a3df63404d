package io.channelindex.storage;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.Collection;
import io.channelindex.embedded.EmbeddedCouchbase;
import java.time.Duration;

/** The real client, connected to bucket {@code index} of a node; patient, machines are busy. */
final class IndexClient implements AutoCloseable {
  static final CouchbaseBucketSettings PATIENT =
      CouchbaseBucketSettings.DEFAULT.withTimeout(Duration.ofSeconds(30));

  private final Cluster cluster;
  private final Collection collection;
  private final IndexBucket bucket;

  private IndexClient(Cluster cluster) {
    this.cluster = cluster;
    cluster.bucket("index").waitUntilReady(Duration.ofSeconds(30));
    collection = cluster.bucket("index").defaultCollection();
    bucket = new CouchbaseIndexBucket(collection, PATIENT);
  }

  static IndexClient connect(EmbeddedCouchbase node) {
    return new IndexClient(
        Cluster.connect(
            node.connectionString(),
            ClusterOptions.clusterOptions(node.username(), node.password())));
  }

  Collection collection() {
    return collection;
  }

  IndexBucket bucket() {
    return bucket;
  }

  @Override
  public void close() {
    bucket.close();
    cluster.disconnect(Duration.ofSeconds(30));
  }
}
