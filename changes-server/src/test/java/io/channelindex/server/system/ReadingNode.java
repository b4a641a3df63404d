package io.channelindex.server.system;

import com.couchbase.client.java.Collection;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.feed.FeedSettings;
import io.channelindex.feed.PartitionedFeed;
import io.channelindex.index.IndexSettings;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.PolledWakeUps;
import io.channelindex.index.read.ReaderSettings;
import io.channelindex.index.read.Since;
import io.channelindex.index.read.WakeUps;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.server.documents.DataClient;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.indexing.IndexingOwner;
import io.channelindex.server.wakeup.PushedWakeUps;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.SettingsDocument;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A node that indexes some partitions and reads all of them, with the parts in the test's hands.
 */
final class ReadingNode implements AutoCloseable {
  static final PartitionMap MAP = new PartitionMap(16, 4);

  final ChannelIndex index;
  final DocumentStore documents;
  final PrincipalStore principals;
  private final ScheduledExecutorService executor;
  private final DataClient client;
  private final CouchbaseIndexBucket bucket;
  private final PartitionedFeed feed;

  /** How it hears of what the other node commits. */
  enum Hears {
    PUSHED,
    POLLED
  }

  ReadingNode(EmbeddedCouchbase node, Set<Integer> partitions, Hears how) {
    executor = Executors.newScheduledThreadPool(2, task -> new Thread(task, "test-node-" + how));
    client = new DataClient(node);
    Collection data = client.collection("data");
    bucket = new CouchbaseIndexBucket(client.collection("index"), CouchbaseBucketSettings.DEFAULT);
    IndexKeys keys = new IndexKeys("t");
    SettingsDocument agreed =
        done(IndexSettings.agree(bucket, keys, new IndexSettings(MAP, IndexSettings.DENSE)));
    WakeUps wakeUps =
        how == Hears.PUSHED
            ? new PushedWakeUps(
                settings(node, "index"), keys, MAP.partitions(), Duration.ofMinutes(1), executor)
            : new PolledWakeUps(
                bucket, keys, Duration.ofMillis(20), Duration.ofMinutes(1), executor);
    index =
        done(
            ChannelIndex.open(
                bucket,
                keys,
                agreed,
                wakeUps,
                ReaderSettings.DEFAULT,
                TokenSettings.DEFAULT,
                executor));
    documents = new DocumentStore(data, MAP.vbuckets(), DocumentSettings.DEFAULT, index::stable);
    principals = new PrincipalStore(data, MAP.vbuckets(), DocumentSettings.DEFAULT, index::stable);
    IndexingOwner owner =
        new IndexingOwner(
            bucket,
            keys,
            MAP,
            WriterSettings.DEFAULT,
            executor,
            documents,
            principals,
            4,
            index.commits());
    feed = new PartitionedFeed(settings(node, "data"), MAP, partitions, owner);
    feed.start();
  }

  private static FeedSettings settings(EmbeddedCouchbase node, String bucket) {
    return new FeedSettings(
        node.connectionString(),
        node.username(),
        node.password(),
        bucket,
        1024 * 1024,
        null,
        Duration.ofMillis(10),
        Duration.ofSeconds(1));
  }

  Follower follow(PrincipalName principal, Since since) {
    return done(index.principals(principals).follow(principal, since, FeedRequest.Rows.ALL));
  }

  Follower resume(PrincipalName principal, String seq) {
    return follow(principal, done(index.resume(seq)));
  }

  static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    done(feed.stop());
    index.close();
    bucket.close();
    client.close();
    executor.shutdownNow();
  }
}
