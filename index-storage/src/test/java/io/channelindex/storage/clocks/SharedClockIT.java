package io.channelindex.storage.clocks;

import com.couchbase.client.java.Cluster;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.IndexBucket;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract through the real client, over sockets. */
class SharedClockIT extends SharedClockContract {
  private static EmbeddedCouchbase node;
  private static Cluster cluster;
  private static IndexBucket bucket;

  @BeforeAll
  static void start() {
    node = EmbeddedCouchbase.builder().vbuckets(64).bucket("index").start();
    cluster = Cluster.connect(node.connectionString(), node.username(), node.password());
    cluster.waitUntilReady(Duration.ofSeconds(30));
    bucket =
        new CouchbaseIndexBucket(
            cluster.bucket("index").defaultCollection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(Duration.ofSeconds(30)));
  }

  @AfterAll
  static void stop() {
    bucket.close();
    cluster.disconnect(Duration.ofSeconds(30));
    node.close();
  }

  @Override
  IndexBucket bucket() {
    return bucket;
  }
}
