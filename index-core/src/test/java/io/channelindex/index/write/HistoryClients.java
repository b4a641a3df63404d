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
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.layout.Layout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Clients that read some channels through two real readers while a history goes on, in pages, each
 * beginning at a token that some reader gave before. What a client has been told in the end has to
 * be how the documents are (invariants 6, 12 and 14), and pages are the whole (8 and 9).
 */
final class HistoryClients {
  private static final int CLIENTS = 24;
  static final ReaderSettings SETTINGS =
      new ReaderSettings(
          100, 64 * 1024, 1 << 20, 1 << 20, 1_000, Duration.ofMillis(1), Duration.ofMillis(5));

  private final Turns turns;
  private final Random random;
  private final Set<String> channels;
  private final UnaryOperator<Page> seen;
  private final List<Told> clients = new ArrayList<>();

  /** The first is in the process of all owners, if any is; the others only look. */
  private final List<? extends Node> nodes;

  private final Knowledge knowledge;

  private Told faithful = Told.NOTHING;
  private int reading;
  private long told;

  /** What nodes know of documents that are gone without a trace. */
  enum Knowledge {
    /** All the same. */
    SHARED,
    /** Each what it has seen itself. */
    OWN
  }

  /** Somebody whom clients can ask. */
  interface Node {
    /** The index there; done if the node {@link #isOpen}. */
    CompletableFuture<ChannelIndex> index();

    boolean isOpen();

    /** Makes sure that it knows what is readable. */
    void look();
  }

  /**
   * Clients that have not come yet, of an index in a bucket.
   *
   * @param seen what of a page a client gets to see
   */
  HistoryClients(
      Turns turns,
      Random random,
      IndexBucket bucket,
      IndexKeys keys,
      PartitionMap map,
      Layout layout,
      UnaryOperator<Page> seen) {
    this(turns, random, readers(turns, bucket, keys, map, layout), Knowledge.SHARED, seen);
  }

  /** Clients that have not come yet. */
  HistoryClients(
      Turns turns,
      Random random,
      List<? extends Node> nodes,
      Knowledge knowledge,
      UnaryOperator<Page> seen) {
    this.knowledge = knowledge;
    this.turns = turns;
    this.random = random;
    this.nodes = nodes;
    this.seen = seen;
    this.channels = random.nextBoolean() ? Set.of("a") : Set.of("a", "b");
  }

  private static List<Node> readers(
      Turns turns, IndexBucket bucket, IndexKeys keys, PartitionMap map, Layout layout) {
    SettingsDocument agreed =
        new SettingsDocument(
            0x7e57, map.vbuckets(), map.partitions(), layout.name(), Placement.SPREAD, 1);
    return List.of(
        new Reader(turns, bucket, keys, agreed), new Reader(turns, bucket, keys, agreed));
  }

  /** A node that only reads. */
  private static final class Reader implements Node, WakeUps {
    private final Turns turns;
    private final IndexBucket bucket;
    private final IndexKeys keys;
    private final SettingsDocument agreed;
    private CompletableFuture<ChannelIndex> index;
    private @Nullable Listener listener;

    Reader(Turns turns, IndexBucket bucket, IndexKeys keys, SettingsDocument agreed) {
      this.turns = turns;
      this.bucket = bucket;
      this.keys = keys;
      this.agreed = agreed;
      index = open();
    }

    private CompletableFuture<ChannelIndex> open() {
      return ChannelIndex.open(
              bucket,
              keys,
              agreed,
              this,
              SETTINGS,
              TokenSettings.DEFAULT,
              Codings.reading(),
              new TurnsExecutor(turns))
          .toCompletableFuture();
    }

    @Override
    public CompletableFuture<ChannelIndex> index() {
      return index;
    }

    @Override
    public boolean isOpen() {
      if (index.isCompletedExceptionally()) {
        index = open();
      }
      return index.isDone();
    }

    @Override
    public void look() {
      if (listener != null) {
        listener.look();
      }
    }

    @Override
    public void start(Listener started) {
      listener = started;
    }

    @Override
    public void close() {
      listener = null;
    }
  }

  private CompletionStage<Follower> follow(Node node, String seq) {
    ChannelIndex open = node.index().join();
    CompletionStage<? extends Since> since =
        seq.isEmpty() ? CompletableFuture.completedFuture(new Since.Beginning()) : open.resume(seq);
    return since.thenCompose(
        at -> open.follow(new FeedRequest(channels, at, FeedRequest.Rows.ALL)));
  }

  /** Hears what owners commit, those of the past too, as if they all were in its process. */
  CommitListener commits() {
    Node near = nodes.get(0);
    return new CommitListener() {
      @Override
      public void committing(Announcement announcement) {
        if (near.isOpen()) {
          near.index().join().commits().committing(announcement);
        }
      }

      @Override
      public void committed(StableDocument document) {
        if (near.isOpen() && random.nextInt(4) > 0) {
          near.index().join().commits().committed(document);
        }
      }
    };
  }

  /** How many rows clients were told. */
  long told() {
    return told;
  }

  /** How many entries the owners handed over. */
  long handedOver() {
    Node near = nodes.get(0);
    return near.isOpen() ? near.index().join().statistics().handedOver() : 0;
  }

  /** Lets one client read a little, as time passes; at most one at a time. */
  void read() {
    Node node = anyNode();
    if (!node.isOpen() || reading > 0) {
      return;
    }
    if (random.nextBoolean()) {
      node.look();
    }
    Told client = someone();
    int pages = random.nextInt(4);
    reading++;
    // A read that fails tells nobody anything.
    var unused =
        follow(node, client.seq())
            .thenCompose(
                follower ->
                    readOn(follower, client, pages)
                        .whenComplete((done, failure) -> follower.close()))
            .whenComplete(
                (done, failure) -> {
                  reading--;
                  rememberBroken(failure);
                });
  }

  private @Nullable AssertionError broken;

  /** What a page has shown to be wrong must not end as a read that failed. */
  private void rememberBroken(@Nullable Throwable failure) {
    if (failure != null && Retries.cause(failure) instanceof AssertionError error) {
      broken = error;
    }
  }

  private Node anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /** Now and then somebody who has not read for long. */
  private Told someone() {
    return clients.isEmpty() || random.nextInt(3) > 0
        ? faithful
        : clients.get(random.nextInt(clients.size()));
  }

  private CompletionStage<Void> readOn(Follower follower, Told client, int pages) {
    return follower
        .next(1 + random.nextInt(5))
        .thenCompose(
            page -> {
              told += page.rows().size();
              Told after = client.and(seen.apply(page), this::keep);
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
  private boolean isFaithful(Told client) {
    return client == faithful;
  }

  private void keep(Told client) {
    if (clients.size() < CLIENTS) {
      clients.add(client);
    } else {
      clients.set(random.nextInt(CLIENTS), client);
    }
  }

  /** A client that reads by itself reads to the end. */
  void follow() {
    turns.until(nodes.get(0)::isOpen);
    faithful = drain(nodes.get(0), faithful);
  }

  /** All clients read to the end, on any reader, and know then how the documents are. */
  void assertKnow(Collection<DataVbucket> data) {
    turns.until(() -> nodes.stream().allMatch(Node::isOpen) && reading == 0);
    if (broken != null) {
      throw broken;
    }
    clients.add(faithful);
    for (Told client : clients) {
      drain(anyNode(), client).assertKnows(channels, data);
    }
    assertPagesAreTheWhole("");
    assertPagesAreTheWhole(someone().seq());
    nodes.forEach(node -> node.index().join().close());
  }

  private Told drain(Node node, Told client) {
    node.look();
    turns.untilQuiet();
    Follower follower = get(follow(node, client.seq()));
    Told last = client;
    Page page;
    do {
      page = seen.apply(get(follower.next(4)));
      told += page.rows().size();
      last = last.and(page, between -> {});
    } while (!page.caughtUp());
    follower.close();
    return last;
  }

  /** Pages from a token on, each read anywhere and begun at any row, are one big page. */
  private void assertPagesAreTheWhole(String seq) {
    nodes.forEach(Node::look);
    turns.untilQuiet();
    Node one = anyNode();
    Supplier<Node> some = knowledge == Knowledge.SHARED ? this::anyNode : () -> one;
    List<String> whole = new ArrayList<>();
    for (Page page = page(some.get(), seq, Integer.MAX_VALUE); ; ) {
      page.rows().forEach(row -> whole.add(text(row)));
      if (page.caughtUp()) {
        break;
      }
      page = page(some.get(), page.lastSeq(), Integer.MAX_VALUE);
    }
    List<String> paged = new ArrayList<>();
    String from = seq;
    Page page;
    do {
      page = seen.apply(page(some.get(), from, 1 + random.nextInt(9)));
      int rows = page.rows().size();
      int kept = rows > 1 && random.nextBoolean() ? 1 + random.nextInt(rows - 1) : rows;
      page.rows().subList(0, kept).forEach(row -> paged.add(text(row)));
      from = kept < rows ? page.rows().get(kept - 1).seq() : page.lastSeq();
      if (kept < rows) {
        page = new Page(List.of(), from, false, 1);
      }
    } while (!page.caughtUp());
    if (seq.isEmpty()) {
      assertThat(whole).as("documents of one answer").doesNotHaveDuplicates();
      assertThat(paged).as("pages from the beginning").containsExactlyElementsOf(whole);
    } else {
      assertThat(lastOfEach(paged))
          .as("pages from seq=%s", seq)
          .containsExactlyElementsOf(lastOfEach(whole));
    }
  }

  /**
   * What a client knows in the end: where an iteration ends before a newer state that is there
   * already, it may tell of the state before or pass over it.
   */
  private static List<String> lastOfEach(List<String> rows) {
    Map<String, String> last = new LinkedHashMap<>();
    for (String row : rows) {
      String id = row.substring(0, row.indexOf(' '));
      last.remove(id);
      last.put(id, row);
    }
    return List.copyOf(last.values());
  }

  private Page page(Node node, String seq, int limit) {
    Follower follower = get(follow(node, seq));
    Page page = get(follower.next(limit));
    follower.close();
    return page;
  }

  private static String text(Row row) {
    return row.documentId() + ' ' + row.revision() + ' ' + row.deleted() + ' ' + row.removed();
  }

  private <T> T get(CompletionStage<T> stage) {
    turns.until(() -> stage.toCompletableFuture().isDone());
    return stage.toCompletableFuture().join();
  }
}
