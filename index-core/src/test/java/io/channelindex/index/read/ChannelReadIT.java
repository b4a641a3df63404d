package io.channelindex.index.read;

import static io.channelindex.index.read.TestReader.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.java.Cluster;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexBucket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reads a channel through the real client, over sockets; prints what that takes. */
class ChannelReadIT {
  private static final int VBUCKETS = 1024;
  private static final int ENTRIES = 10_000;

  private static final TestIndex CONTENT = new TestIndex(VBUCKETS, 64);
  private static EmbeddedCouchbase node;
  private static Cluster cluster;
  private static IndexBucket bucket;
  private static ScheduledExecutorService executor;

  @BeforeAll
  static void start() {
    node = EmbeddedCouchbase.builder().vbuckets(VBUCKETS).bucket("index").start();
    cluster = Cluster.connect(node.connectionString(), node.username(), node.password());
    cluster.bucket("index").waitUntilReady(Duration.ofSeconds(30));
    bucket =
        new CouchbaseIndexBucket(
            cluster.bucket("index").defaultCollection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(Duration.ofSeconds(20)));
    executor = Executors.newScheduledThreadPool(2);
    fill();
  }

  @AfterAll
  static void stop() {
    executor.shutdownNow();
    bucket.close();
    cluster.disconnect();
    node.close();
  }

  private static void fill() {
    CONTENT.blockEntries = 400;
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < ENTRIES; i++) {
      int vbucket = i % VBUCKETS;
      long seqno = CONTENT.stable().seqno(vbucket) + 1 + random.nextInt(5);
      String revision = "1-" + String.format("%032x", random.nextLong() & Long.MAX_VALUE);
      CONTENT.add(
          "channel",
          new Entry(
              "document-" + i,
              revision,
              vbucket,
              seqno,
              CONTENT.history(vbucket).current(),
              EntryState.ACTIVE));
      CONTENT.stable(vbucket, seqno);
    }
    for (int partition = 0; partition < 64; partition++) {
      CONTENT.commit(partition);
    }
    for (String key : CONTENT.bucket.keys()) {
      get(bucket.insert(key, CONTENT.bucket.peek(key)));
    }
  }

  @Test
  void tenThousandEntriesOfOneChannel() {
    double cold = median("cold", ReaderSettings.DEFAULT.withCachedBytes(0));
    double cached = median("cached", ReaderSettings.DEFAULT);
    // Goals are 50 and 5 ms on an idle machine: here only what is out of all bounds fails.
    assertThat(cold).as("ms").isLessThan(500);
    assertThat(cached).as("ms").isLessThan(250);
  }

  private double median(String name, ReaderSettings settings) {
    double median = 0;
    try (ChannelIndex index = open(settings)) {
      for (int round = 0; round < 4; round++) {
        long[] nanos = new long[30];
        for (int i = 0; i < nanos.length; i++) {
          long begun = System.nanoTime();
          readAll(index);
          nanos[i] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        median = nanos[15] / 1e6;
        System.out.printf(
            "channel read, %s: median %.2f ms, least %.2f, most %.2f; %s%n",
            name, median, nanos[0] / 1e6, nanos[29] / 1e6, index.statistics());
      }
    }
    return median;
  }

  private static void readAll(ChannelIndex index) {
    FeedRequest all =
        new FeedRequest(Set.of("channel"), new Since.Beginning(), FeedRequest.Rows.ALL);
    try (Follower follower = get(index.follow(all))) {
      Page page = get(follower.next(2 * ENTRIES));
      assertThat(page.rows()).hasSize(ENTRIES);
      assertThat(page.caughtUp()).isTrue();
    }
  }

  private static ChannelIndex open(ReaderSettings settings) {
    WakeUps never =
        new WakeUps() {
          @Override
          public void start(Listener listener) {}

          @Override
          public void close() {}
        };
    return get(
        ChannelIndex.open(
            bucket,
            CONTENT.keys,
            CONTENT.settings,
            never,
            settings,
            TokenSettings.DEFAULT,
            executor));
  }
}
