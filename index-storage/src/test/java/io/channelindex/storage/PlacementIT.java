package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.MutationResult;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where the real client and the node put keys, told by mutation tokens and high seqnos. */
class PlacementIT {
  private static final int VBUCKETS = 64;

  private static EmbeddedCouchbase node;
  private static Cluster cluster;

  @BeforeAll
  static void start() {
    node = EmbeddedCouchbase.builder().vbuckets(VBUCKETS).bucket("data").bucket("index").start();
    cluster = Cluster.connect(node.connectionString(), node.username(), node.password());
    cluster.waitUntilReady(Duration.ofSeconds(30));
  }

  @AfterAll
  static void stop() {
    cluster.disconnect(Duration.ofSeconds(30));
    node.close();
  }

  /** Writes the documents of a channel and answers the vbuckets that the writes went to. */
  private static Set<Integer> write(Collection collection, IndexKeys keys, String channel) {
    Set<Integer> touched = new TreeSet<>();
    Colocation predicted = new Colocation(VBUCKETS);
    for (int partition = 0; partition < VBUCKETS; partition++) {
      for (String key :
          new String[] {
            keys.head(channel, partition),
            keys.page(channel, partition, 0),
            keys.block(channel, partition, 7)
          }) {
        MutationResult written = collection.upsert(key, "x");
        int vbucket = written.mutationToken().orElseThrow().partitionID();
        assertThat(vbucket).as(key).isEqualTo(predicted.vbucketOf(key));
        touched.add(vbucket);
      }
    }
    return touched;
  }

  private static Set<Integer> written(EmbeddedBucket bucket) {
    Set<Integer> written = new TreeSet<>();
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      if (bucket.highSeqno(vbucket) > 0) {
        written.add(vbucket);
      }
    }
    return written;
  }

  @Test
  void theClientAndTheNodePutKeysWhereTheyAreMeantToBe() {
    Collection collection = cluster.bucket("index").defaultCollection();
    IndexKeys keys = new IndexKeys("db", Placement.colocated(4, VBUCKETS));

    Set<Integer> touched = write(collection, keys, "news");
    touched.addAll(write(collection, keys, "日本"));

    assertThat(touched).hasSizeBetween(4, 8);
    assertThat(written(node.bucket("index"))).isEqualTo(touched);
  }

  @Test
  void aCollectionPlaysNoPart() {
    node.bucket("data").createCollection("_default", "blocks");
    Collection collection = cluster.bucket("data").defaultScope().collection("blocks");
    IndexKeys keys = new IndexKeys("db", Placement.colocated(1, 1024));

    assertThat(write(collection, keys, "news")).hasSize(1);
  }
}
