package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.java.Cluster;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.index.CommitListener;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The writer through the real client, over sockets; prints what it costs. */
class PartitionWriterIT {
  private static final int CHANGES = 20_000;
  private static final int CHANNELS = 50;
  private static final PartitionMap MAP = new PartitionMap(64, 8);
  private static final IndexKeys KEYS = new IndexKeys("it");
  private static final List<FailoverEntry> LOG = List.of(new FailoverEntry(4711, 0));

  private static EmbeddedCouchbase node;
  private static Cluster cluster;
  private static IndexBucket bucket;
  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    node = EmbeddedCouchbase.builder().vbuckets(64).bucket("index").start();
    cluster = Cluster.connect(node.connectionString(), node.username(), node.password());
    cluster.bucket("index").waitUntilReady(Duration.ofSeconds(30));
    bucket =
        new CouchbaseIndexBucket(
            cluster.bucket("index").defaultCollection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(Duration.ofSeconds(20)));
    AtomicInteger numbers = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            2, task -> new Thread(task, "index-writer-" + numbers.incrementAndGet()));
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    bucket.close();
    cluster.disconnect();
    node.close();
  }

  private static final DocumentSource NO_DOCUMENTS =
      new DocumentSource() {
        @Override
        public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
          return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public String goneRevision(String documentId, String lastRevision) {
          return lastRevision;
        }
      };

  private static byte[] peek(String key) {
    return bucket.get(key).toCompletableFuture().join().map(Versioned::value).orElse(null);
  }

  @Test
  void twentyThousandChangesInFiftyChannels() throws Exception {
    PartitionWriters writers =
        new PartitionWriters(
            bucket, KEYS, MAP, NO_DOCUMENTS, WriterSettings.DEFAULT, threads, CommitListener.NONE);
    List<PartitionWriter> owned = new ArrayList<>();
    for (int partition = 0; partition < MAP.partitions(); partition++) {
      owned.add(writers.take(partition).toCompletableFuture().get(30, TimeUnit.SECONDS));
    }
    CountDownLatch committed = new CountDownLatch(CHANGES);
    List<Set<String>> expected = new ArrayList<>();
    for (int channel = 0; channel < CHANNELS; channel++) {
      expected.add(new TreeSet<>());
    }
    long begun = System.nanoTime();
    feed(owned, committed, expected);
    assertThat(committed.await(120, TimeUnit.SECONDS)).isTrue();
    double seconds = (System.nanoTime() - begun) / 1e9;
    report(owned, seconds);
    for (PartitionWriter writer : owned) {
      writer.close().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
    for (int channel = 0; channel < CHANNELS; channel++) {
      assertThat(read(channelName(channel))).isEqualTo(expected.get(channel));
    }
    assertThat(read("*")).hasSize(CHANGES);
  }

  private static String channelName(int channel) {
    return "channel-" + channel;
  }

  private static void feed(
      List<PartitionWriter> owned, CountDownLatch committed, List<Set<String>> expected) {
    Random random = new Random(3);
    long each = (long) CHANGES / MAP.vbuckets();
    long rest = CHANGES % MAP.vbuckets();
    for (int vbucket = 0; vbucket < MAP.vbuckets(); vbucket++) {
      PartitionWriter writer = owned.get(MAP.partitionOf(vbucket));
      writer.opened(vbucket, LOG);
      writer.snapshot(vbucket, 0, each + (vbucket < rest ? 1 : 0));
    }
    for (int i = 0; i < CHANGES; i++) {
      int vbucket = i % MAP.vbuckets();
      long seqno = i / MAP.vbuckets() + 1L;
      // As much under way as a feed's buffer would hold, so that commits have a feed's size.
      while (i - (CHANGES - committed.getCount()) > 4_000) {
        LockSupport.parkNanos(100_000);
      }
      int channel = random.nextInt(CHANNELS);
      String id = "document-" + i;
      expected.get(channel).add(id);
      String revision = "1-" + String.format("%032x", random.nextLong() & Long.MAX_VALUE);
      List<Membership> memberships =
          List.of(
              new Membership("*", seqno, revision, EntryState.ACTIVE),
              new Membership(channelName(channel), seqno, revision, EntryState.ACTIVE));
      owned
          .get(MAP.partitionOf(vbucket))
          .change(
              vbucket,
              seqno,
              CompletableFuture.completedFuture(
                  Optional.of(new IndexedChange(id, vbucket, seqno, memberships))),
              committed::countDown);
    }
  }

  private static void report(List<PartitionWriter> owned, double seconds) {
    long operations = 0;
    long bytes = 0;
    long commits = 0;
    for (PartitionWriter writer : owned) {
      WriterStatus status = writer.status();
      operations += status.operations().values().stream().mapToLong(Long::longValue).sum();
      bytes += status.bytesWritten();
      commits += status.commits();
      assertThat(status.casRetries()).isZero();
    }
    System.out.printf(
        "index writer: %,.0f changes/s, %.3f operations/change, %.0f bytes written/change,"
            + " %d commits, %.1f changes/commit%n",
        CHANGES / seconds,
        (double) operations / CHANGES,
        (double) bytes / CHANGES,
        commits,
        (double) CHANGES / commits);
    assertThat((double) operations / CHANGES).isLessThan(4);
  }

  private static Set<String> read(String channel) {
    Set<String> ids = new TreeSet<>();
    for (int partition = 0; partition < MAP.partitions(); partition++) {
      IndexReading reading = new IndexReading(PartitionWriterIT::peek, KEYS, MAP, partition);
      reading.channel(channel, reading.stable()).keySet().forEach(place -> ids.add(place.id()));
    }
    return ids;
  }
}
