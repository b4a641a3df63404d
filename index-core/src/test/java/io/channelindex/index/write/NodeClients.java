package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.PolledWakeUps;
import io.channelindex.index.read.ReaderSettings;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.Layout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Clients that read some channels of an embedded node through two readers, one after the other,
 * each time from a token that any of the readers gave to any of the clients before.
 *
 * <p>For one thread.
 */
final class NodeClients implements AutoCloseable {
  private static final int CLIENTS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ReaderSettings SETTINGS =
      new ReaderSettings(
          100, 4 * 1024, 1 << 20, 64 * 1024, 1_000, Duration.ofMillis(1), Duration.ofMillis(20));

  private final Random random;
  private final Set<String> channels;
  private final List<ChannelIndex> readers = new ArrayList<>();
  private final List<Told> clients = new ArrayList<>(List.of(Told.NOTHING));
  private int pages;
  private int failures;

  NodeClients(
      Random random,
      IndexBucket bucket,
      IndexKeys keys,
      Placement placement,
      PartitionMap map,
      Layout layout,
      ScheduledExecutorService executor) {
    this.random = random;
    this.channels = random.nextBoolean() ? Set.of("a") : Set.of("a", "b");
    SettingsDocument agreed =
        new SettingsDocument(0x7e57, map.vbuckets(), map.partitions(), layout.name(), placement, 1);
    List<TokenSettings.Strategy> strategies = List.of(TokenSettings.Strategy.values());
    for (int i = 0; i < 2; i++) {
      readers.add(
          get(
              ChannelIndex.open(
                  bucket,
                  keys,
                  agreed,
                  new PolledWakeUps(
                      bucket, keys, Duration.ofMillis(5), Duration.ofMillis(100), executor),
                  SETTINGS,
                  TokenSettings.DEFAULT.with(strategies.get(random.nextInt(strategies.size()))),
                  Codings.reading(),
                  executor)));
    }
  }

  /** How many pages clients were given. */
  int pages() {
    return pages;
  }

  /** How often a read failed, and told nobody anything. */
  int failures() {
    return failures;
  }

  /** A client reads on; a read that fails tells it nothing. */
  void read() {
    Told client = clients.get(random.nextInt(clients.size()));
    ChannelIndex reader = anyReader();
    try (Follower follower = follow(reader, client.seq())) {
      Told last = client;
      for (int i = random.nextInt(4); i >= 0; i--) {
        last = last.and(get(follower.next(1 + random.nextInt(6))), this::keep);
        pages++;
      }
    } catch (CompletionException failure) {
      if (!(Retries.cause(failure) instanceof IndexStorageException)) {
        throw failure;
      }
      failures++;
    }
  }

  private void keep(Told client) {
    if (clients.size() < CLIENTS) {
      clients.add(client);
    } else {
      clients.set(random.nextInt(CLIENTS), client);
    }
  }

  /** All clients read to the end, and know then how the documents are; pages are the whole. */
  void assertKnow(Collection<DataVbucket> data) {
    Predicate<ChannelIndex> caughtUp =
        reader ->
            data.stream()
                .allMatch(vbucket -> reader.stable().seqno(vbucket.number()) >= vbucket.high());
    await().atMost(PATIENCE).until(() -> readers.stream().allMatch(caughtUp));
    for (Told client : clients) {
      drain(client).assertKnows(channels, data);
    }
    List<String> whole = rows(Integer.MAX_VALUE);
    assertThat(whole).as("documents of one answer").doesNotHaveDuplicates();
    assertThat(rows(3)).as("pages").containsExactlyElementsOf(whole);
  }

  private Told drain(Told client) {
    Told last = client;
    try (Follower follower = follow(anyReader(), client.seq())) {
      Page page;
      do {
        page = get(follower.next(4));
        last = last.and(page, between -> {});
      } while (!page.caughtUp());
    }
    return last;
  }

  /** Everything there is, in pages, each read anywhere. */
  private List<String> rows(int limit) {
    List<String> rows = new ArrayList<>();
    String seq = "";
    Page page;
    do {
      try (Follower follower = follow(anyReader(), seq)) {
        page = get(follower.next(limit));
      }
      page.rows().forEach(row -> rows.add(text(row)));
      seq = page.lastSeq();
    } while (!page.caughtUp());
    return rows;
  }

  private static String text(Row row) {
    return row.documentId() + ' ' + row.revision() + ' ' + row.deleted() + ' ' + row.removed();
  }

  private ChannelIndex anyReader() {
    return readers.get(random.nextInt(readers.size()));
  }

  private Follower follow(ChannelIndex reader, String seq) {
    Since since = seq.isEmpty() ? new Since.Beginning() : get(reader.resume(seq));
    return get(reader.follow(new FeedRequest(channels, since, FeedRequest.Rows.ALL)));
  }

  private static <T> T get(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture().copy();
    return future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    readers.forEach(ChannelIndex::close);
  }
}
