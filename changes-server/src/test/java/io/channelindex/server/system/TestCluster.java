package io.channelindex.server.system;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.Collection;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.StableSeqnos;
import java.time.Duration;

/** A node in this process, where its faults can be had, and a document store that writes to it. */
final class TestCluster implements AutoCloseable {
  private static final int VBUCKETS = 64;

  private final EmbeddedCouchbase node;
  private final Cluster cluster;
  private final DocumentStore documents;

  TestCluster(String... indexBuckets) {
    EmbeddedCouchbase.Builder builder =
        EmbeddedCouchbase.builder().vbuckets(VBUCKETS).bucket("data");
    for (String bucket : indexBuckets) {
      builder.bucket(bucket);
    }
    node = builder.start();
    cluster = Cluster.connect(node.connectionString(), node.username(), node.password());
    cluster.bucket("data").waitUntilReady(Duration.ofSeconds(30));
    documents =
        new DocumentStore(
            cluster.bucket("data").defaultCollection(),
            VBUCKETS,
            DocumentSettings.DEFAULT,
            StableSeqnos.UNKNOWN);
  }

  EmbeddedBucket data() {
    return node.bucket("data");
  }

  DocumentStore documents() {
    return documents;
  }

  /** The index bucket from behind. */
  Collection index(String bucket) {
    return cluster.bucket(bucket).defaultCollection();
  }

  /** The configuration of a server that owns some of the partitions. */
  String config(String indexBucket, String owned) {
    return """
        listen: {public: "127.0.0.1:0", admin: "127.0.0.1:0"}
        couchbase:
          connectionString: "%s"
          username: %s
          password: %s
        databases:
          db:
            bucket: data
            index: {bucket: %s, owned: [%s]}
        """
        .formatted(node.connectionString(), node.username(), node.password(), indexBucket, owned);
  }

  @Override
  public void close() {
    cluster.disconnect();
    node.close();
  }
}
