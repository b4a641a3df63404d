package io.channelindex.server.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.RequestCanceledException;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.json.JsonObject;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.feed.FeedSettings;
import io.channelindex.feed.OwnershipLostException;
import io.channelindex.feed.PartitionSession;
import io.channelindex.feed.PartitionedFeed;
import io.channelindex.index.CommitListener;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.server.documents.DataClient;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.documents.StableSeqnos;
import io.channelindex.server.documents.StoredDocument;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.DenseBlock;
import io.channelindex.storage.format.StableDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Documents, feed and index writer together, on a node with a data and an index bucket. */
class IndexingOwnerIT {
  private static final PartitionMap MAP = new PartitionMap(8, 3);
  private static final List<String> CHANNELS = List.of("a", "b", "c", "d");

  @RegisterExtension
  final EmbeddedCouchbaseExtension couchbase =
      EmbeddedCouchbaseExtension.with(
          node -> node.vbuckets(MAP.vbuckets()).bucket("data").bucket("index"));

  private final IndexKeys keys = new IndexKeys("t");
  private ExecutorService executor;
  private DataClient client;
  private Collection sdk;
  private DocumentStore store;
  private IndexBucket index;

  @BeforeEach
  void open() {
    executor = Executors.newFixedThreadPool(2, task -> new Thread(task, "test-indexing"));
    client = new DataClient(couchbase.node());
    sdk = client.collection("data");
    index = new CouchbaseIndexBucket(client.collection("index"), CouchbaseBucketSettings.DEFAULT);
    store = new DocumentStore(sdk, MAP.vbuckets(), DocumentSettings.DEFAULT, StableSeqnos.UNKNOWN);
  }

  @AfterEach
  void close() {
    index.close();
    client.close();
    executor.shutdownNow();
  }

  private IndexingOwner owner() {
    PrincipalStore principals =
        new PrincipalStore(sdk, MAP.vbuckets(), DocumentSettings.DEFAULT, StableSeqnos.UNKNOWN);
    return new IndexingOwner(
        index,
        keys,
        MAP,
        WriterSettings.DEFAULT,
        executor,
        store,
        principals,
        4,
        CommitListener.NONE);
  }

  private PartitionedFeed feed() {
    FeedSettings settings =
        new FeedSettings(
            couchbase.node().connectionString(),
            couchbase.node().username(),
            couchbase.node().password(),
            "data",
            1024 * 1024,
            null,
            Duration.ofMillis(10),
            Duration.ofSeconds(1));
    return new PartitionedFeed(settings, MAP, Set.of(0, 1, 2), owner());
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  @Test
  void whatIsStableIsInTheChannelsOfItsDocuments() {
    Random random = new Random(7);
    for (int life = 0; life < 2; life++) {
      try (PartitionedFeed feed = feed()) {
        feed.start();
        for (int i = 0; i < 300; i++) {
          write("doc-" + random.nextInt(40), i, random);
          if (i == 150) {
            couchbase.node().bucket("data").crash();
          }
        }
        await().atMost(DataClient.PATIENCE).untilAsserted(this::everythingIsStable);
        done(feed.stop());
      }
      everythingIsStable();
      compare();
      for (int i = 0; i < 100; i++) {
        write("doc-" + random.nextInt(40), 1000 + i, random);
      }
    }
  }

  private void everythingIsStable() {
    EmbeddedBucket data = couchbase.node().bucket("data");
    for (int partition = 0; partition < MAP.partitions(); partition++) {
      Optional<StableDocument> stable = stable(partition);
      assertThat(stable).isPresent();
      for (int v = MAP.first(partition); v <= MAP.last(partition); v++) {
        assertThat(stable.get().vbucket(v).stable())
            .as("vbucket=%d", v)
            .isEqualTo(data.highSeqno(v));
      }
    }
  }

  private Optional<StableDocument> stable(int partition) {
    String key = keys.stable(partition);
    return done(index.get(key))
        .map(Versioned::value)
        .map(document -> StableDocument.decode(key, document));
  }

  /** The newest entry of every document, channel by channel, says what the document says. */
  private void compare() {
    Map<String, Map<String, Entry>> newest = new HashMap<>();
    List<String> channels = new ArrayList<>(CHANNELS);
    channels.add("*");
    channels.forEach(channel -> newest.put(channel, newest(channel)));
    assertThat(newest.get("*")).hasSizeGreaterThan(20);
    newest
        .get("*")
        .forEach(
            (id, entry) -> {
              StoredDocument document = done(store.get(id));
              assertThat(entry.revision()).as(id).isEqualTo(document.revision());
              assertThat(entry.state() == EntryState.DELETED).isEqualTo(document.deleted());
              Set<String> active = new TreeSet<>();
              for (String channel : CHANNELS) {
                Entry there = newest.get(channel).get(id);
                if (there != null && there.state() == EntryState.ACTIVE) {
                  active.add(channel);
                }
              }
              assertThat(active).as(id).isEqualTo(document.channels());
            });
  }

  private Map<String, Entry> newest(String channel) {
    Map<String, Entry> newest = new HashMap<>();
    for (int partition = 0; partition < MAP.partitions(); partition++) {
      String headKey = keys.head(channel, partition);
      Optional<Versioned<byte[]>> found = done(index.get(headKey));
      if (found.isEmpty()) {
        continue;
      }
      ChannelHead head = ChannelHead.decode(headKey, channel, found.get().value());
      StableDocument stable = stable(partition).orElseThrow();
      for (int number = 0; number <= head.active(); number++) {
        String blockKey = keys.block(channel, partition, number);
        DenseBlock block =
            DenseBlock.decode(blockKey, channel, done(index.get(blockKey)).orElseThrow().value());
        for (Entry entry : block.entries()) {
          if (stable.vbucket(entry.vbucket()).history().contains(entry.vbuuid(), entry.seqno())) {
            newest.merge(
                entry.documentId(), entry, (one, two) -> one.seqno() > two.seqno() ? one : two);
          }
        }
      }
    }
    return newest;
  }

  private void write(String id, int n, Random random) {
    Set<String> channels = new TreeSet<>();
    CHANNELS.forEach(channel -> addSometimes(channels, channel, random));
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("n", n);
    channels.forEach(body.putArray("channels")::add);
    boolean delete = random.nextInt(5) == 0;
    try {
      Optional<StoredDocument> current =
          done(store.get(id).thenApply(Optional::of).exceptionally(missing -> Optional.empty()));
      boolean alive = current.isPresent() && !current.get().deleted();
      if (alive && random.nextInt(6) == 0) {
        sdk.upsert(id, JsonObject.create().put("n", n).put("channels", List.copyOf(channels)));
      } else if (alive && random.nextInt(8) == 0) {
        sdk.remove(id);
      } else {
        String parent = alive ? current.get().revision() : null;
        done(store.write(new DocumentWrite(id, parent, delete, body)));
      }
    } catch (CouchbaseException e) {
      // The crash took the connection of a foreign write: it was done or not.
      assertThat(e).isInstanceOf(RequestCanceledException.class);
    } catch (CompletionException e) {
      // An import was faster, there was nothing to delete, or the node had just crashed.
      assertThat(e.getCause()).isInstanceOf(DocumentException.class);
    }
  }

  private static void addSometimes(Set<String> channels, String channel, Random random) {
    if (random.nextInt(3) == 0) {
      channels.add(channel);
    }
  }

  @Test
  void whoTakesAPartitionFencesWhoHadIt() {
    PartitionSession old = done(owner().take(1));
    PartitionSession young = done(owner().take(1));
    int vbucket = MAP.first(1);
    old.opened(vbucket, List.of(new FailoverEntry(1, 0)));
    old.snapshot(vbucket, 0, 1);
    old.advanced(vbucket, 1);
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> done(old.stopped()))
        .withCauseInstanceOf(OwnershipLostException.class);
    assertThat(young.stopped().toCompletableFuture()).isNotDone();
    done(young.close());
  }
}
