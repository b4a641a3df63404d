package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.CommitListener;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.ReaderSettings;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import io.channelindex.index.read.WakeUps;
import io.channelindex.index.write.DataVbucket.Version;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.format.StableDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Clients that read some channels through the real reader while a history goes on, in pages, each
 * beginning at a token that somebody was given before. What a client has been told in the end has
 * to be how the documents are (invariants 6, 12 and 14).
 */
final class HistoryClients {
  private static final int CLIENTS = 24;
  private static final ReaderSettings SETTINGS =
      new ReaderSettings(
          100, 64 * 1024, 1 << 20, 1 << 20, 1_000, Duration.ofMillis(1), Duration.ofMillis(5));

  private final Turns turns;
  private final Random random;
  private final Set<String> channels;
  private final List<Client> clients = new ArrayList<>();
  private final Supplier<CompletableFuture<ChannelIndex>> open;
  private CompletableFuture<ChannelIndex> index;
  private WakeUps.Listener listener;
  private Client faithful = new Client("", Map.of());
  private int reading;

  HistoryClients(Turns turns, Random random, IndexBucket bucket, IndexKeys keys, PartitionMap map) {
    this.turns = turns;
    this.random = random;
    this.channels = random.nextBoolean() ? Set.of("a") : Set.of("a", "b");
    SettingsDocument agreed =
        new SettingsDocument(0x7e57, map.vbuckets(), map.partitions(), "dense", 1);
    this.open =
        () ->
            ChannelIndex.open(
                    bucket,
                    keys,
                    agreed,
                    new Signals(),
                    SETTINGS,
                    TokenSettings.DEFAULT,
                    new TurnsExecutor(turns))
                .toCompletableFuture();
    this.index = open.get();
  }

  /**
   * Hears what owners commit, those of the past too, as if they all were in the reader's process.
   */
  CommitListener commits() {
    return new CommitListener() {
      @Override
      public void committing(Announcement announcement) {
        if (isOpen()) {
          index.join().commits().committing(announcement);
        }
      }

      @Override
      public void committed(StableDocument document) {
        if (isOpen() && random.nextInt(4) > 0) {
          index.join().commits().committed(document);
        }
      }
    };
  }

  /** How many entries the owners handed over. */
  long handedOver() {
    return isOpen() ? index.join().statistics().handedOver() : 0;
  }

  private boolean isOpen() {
    if (index.isCompletedExceptionally()) {
      index = open.get();
    }
    return index.isDone();
  }

  private final class Signals implements WakeUps {
    @Override
    public void start(Listener started) {
      listener = started;
    }

    @Override
    public void close() {
      listener = null;
    }
  }

  /** What a client has been told up to a token; it may go on from there more than once. */
  private record Client(String seq, Map<String, Row> told) {}

  /** Lets one client read a little, as time passes; at most one at a time. */
  void read() {
    if (!isOpen() || reading > 0) {
      return;
    }
    if (random.nextBoolean()) {
      listener.look();
    }
    Client client = someone();
    reading++;
    // A read that fails tells nobody anything.
    var unused =
        read(client, random.nextInt(4))
            .whenComplete(
                (done, failure) -> {
                  reading--;
                });
  }

  /** Now and then somebody who has not read for long. */
  private Client someone() {
    return clients.isEmpty() || random.nextInt(3) > 0
        ? faithful
        : clients.get(random.nextInt(clients.size()));
  }

  private CompletionStage<Void> read(Client client, int pages) {
    return follow(client)
        .thenCompose(
            follower ->
                readOn(follower, client, pages).whenComplete((done, failure) -> follower.close()));
  }

  private CompletionStage<Void> readOn(Follower follower, Client client, int pages) {
    return follower
        .next(1 + random.nextInt(5))
        .thenCompose(
            page -> {
              Client after = tell(client, page, true);
              if (isFaithful(client)) {
                faithful = after;
              }
              return pages == 0
                  ? CompletableFuture.completedFuture(null)
                  : readOn(follower, after, pages - 1);
            });
  }

  /** Others may have been told the same. */
  @SuppressWarnings("ReferenceEquality")
  private boolean isFaithful(Client client) {
    return client == faithful;
  }

  private CompletionStage<Follower> follow(Client client) {
    ChannelIndex open = index.join();
    if (client.seq().isEmpty()) {
      return open.follow(new FeedRequest(channels, new Since.Beginning(), FeedRequest.Rows.ALL));
    }
    return open.resume(client.seq())
        .thenCompose(at -> open.follow(new FeedRequest(channels, at, FeedRequest.Rows.ALL)));
  }

  private Client tell(Client client, Page page, boolean keep) {
    assertThat(page.rows()).map(Row::documentId).doesNotHaveDuplicates();
    Map<String, Row> told = new HashMap<>(client.told());
    for (Row row : page.rows()) {
      told.put(row.documentId(), row);
      if (keep) {
        keep(new Client(row.seq(), Map.copyOf(told)));
      }
    }
    Client after = new Client(page.lastSeq(), Map.copyOf(told));
    if (keep) {
      keep(after);
    }
    return after;
  }

  private void keep(Client client) {
    if (clients.size() < CLIENTS) {
      clients.add(client);
    } else {
      clients.set(random.nextInt(CLIENTS), client);
    }
  }

  /** A client that reads by itself reads to the end. */
  void follow() {
    turns.until(this::isOpen);
    faithful = drain(faithful);
  }

  /** All clients read to the end, and know then how the documents are. */
  void assertKnow(Collection<DataVbucket> data) {
    turns.until(() -> isOpen() && reading == 0);
    clients.add(faithful);
    for (Client client : clients) {
      assertKnows(client, data);
    }
    index.join().close();
  }

  private Client drain(Client client) {
    listener.look();
    turns.untilQuiet();
    Follower follower = get(follow(client));
    Client last = client;
    Page page;
    do {
      page = get(follower.next(4));
      last = tell(last, page, false);
    } while (!page.caughtUp());
    follower.close();
    return last;
  }

  private void assertKnows(Client client, Collection<DataVbucket> data) {
    Client last = drain(client);
    for (DataVbucket vbucket : data) {
      for (Version version : vbucket.latest(vbucket.high()).values()) {
        if (!vbucket.isPurged(version.id())) {
          assertKnows(version, last.told().get(version.id()));
        }
      }
    }
  }

  private void assertKnows(Version version, Row row) {
    boolean concerned = version.rows().keySet().stream().anyMatch(channels::contains);
    if (!concerned) {
      return;
    }
    boolean inside = !activeIn(version).isEmpty();
    String what = "channels=" + channels + ", version=" + version + ", told=" + row;
    if (inside) {
      assertThat(row).as(what).isNotNull();
      assertThat(row.deleted() || !row.removed().isEmpty()).as(what).isFalse();
      assertThat(row.revision()).as(what).isEqualTo(version.revision());
    } else if (row != null) {
      assertThat(row.deleted() || !row.removed().isEmpty()).as(what).isTrue();
    }
  }

  private Set<String> activeIn(Version version) {
    Set<String> active = new TreeSet<>();
    version
        .rows()
        .forEach(
            (channel, row) -> {
              if (channels.contains(channel) && row.state() == EntryState.ACTIVE) {
                active.add(channel);
              }
            });
    return active;
  }

  private <T> T get(CompletionStage<T> stage) {
    turns.until(() -> stage.toCompletableFuture().isDone());
    return stage.toCompletableFuture().join();
  }
}
