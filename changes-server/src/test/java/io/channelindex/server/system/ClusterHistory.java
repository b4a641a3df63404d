package io.channelindex.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.sequence.VbucketHash;
import io.channelindex.server.ChangesServer;
import io.channelindex.server.documents.StoredDocument;
import io.channelindex.server.system.ChannelView.Seen;
import io.channelindex.server.system.RevisedDocuments.Written;
import io.channelindex.server.system.ServedCluster.Indexing;
import io.channelindex.server.system.TravellingFollower.Feed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One life of a {@link ServedCluster}: documents are written in three ways and followed in two,
 * without pause, while nodes come, go and fail. For one thread.
 *
 * <p>The oldest node stays, for those who connect anew begin there.
 */
final class ClusterHistory implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> CHANNELS = List.of("a", "b", "c");
  private static final String RAW = "raw-";
  private static final int BEFORE = 400;
  private static final int DOOMED = 40;
  private static final int NODES = 3;
  private static final int MOST_NODES = 5;

  private final Indexing indexing;
  private final Random random;
  private final ServedCluster served;
  private final EmbeddedCouchbase couchbase;
  private final EmbeddedBucket data;
  private final RevisedDocuments own;
  private final RevisedDocuments direct;
  private final RevisedDocuments rest;
  private final RawDocuments raw;
  private final List<BackgroundWriter> writers = new ArrayList<>();
  private final List<TravellingFollower> followers = new ArrayList<>();
  private boolean toldOfLoss;

  /** Which replicas of a node that is about to fail get nothing any more. */
  enum Cut {
    /** Those on one other node: documents are lost, and the index has another replica. */
    ONE_LINK,
    /** All: commits that the index has there do not end, and are lost, too. */
    ALL_LINKS
  }

  ClusterHistory(Indexing indexing, long seed) throws InterruptedException {
    this.indexing = indexing;
    random = new Random(seed);
    served = new ServedCluster(indexing);
    couchbase = served.couchbase();
    data = served.data();
    own = new RevisedDocuments(served.documents(), "own-", CHANNELS, seed);
    direct = new RevisedDocuments(served.documents(), "direct-", CHANNELS, seed + 1);
    rest =
        new RevisedDocuments(
            served.documents(), new RestWriting(served.uris()), "rest-", CHANNELS, seed + 2);
    writers.add(new BackgroundWriter("writer-direct", direct::write));
    writers.add(new BackgroundWriter("writer-rest", rest::write));
    raw = new RawDocuments(served.collection(), RAW, CHANNELS, seed + 3);
    writers.add(new BackgroundWriter("writer-raw", raw::write));
    for (String channel : Stream.concat(Stream.of("*"), CHANNELS.stream()).toList()) {
      for (Feed feed : Feed.values()) {
        followers.add(
            new TravellingFollower(feed, channel, served.uris(), seed + followers.size()));
      }
    }
    for (int i = 0; i < BEFORE; i++) {
      own.write();
    }
    writers.forEach(Thread::start);
    followers.forEach(Thread::start);
  }

  // What happens.

  /** Any of what follows. */
  void event() throws InterruptedException {
    switch (random.nextInt(6)) {
      case 0 -> grow();
      case 1 -> shrink();
      case 2 -> failOverGracefully();
      case 3 -> failOverLosing(Cut.ONE_LINK);
      case 4 -> failOverLosing(Cut.ALL_LINKS);
      default -> crashLosing();
    }
  }

  /** A node comes, and gets its share. */
  void grow() {
    if (couchbase.nodes().size() < MOST_NODES) {
      couchbase.addNode();
    }
    couchbase.rebalance();
  }

  /** A node hands over what it has and goes. */
  void shrink() {
    couchbase.removeNode(someButTheOldest());
    refill();
  }

  /** A node goes whose replicas take over without loss. */
  void failOverGracefully() {
    couchbase.failOverGracefully(someButTheOldest());
    refill();
  }

  /** A node dies with the newest documents that it has. */
  void failOverLosing(Cut cut) throws InterruptedException {
    awaitReplicated();
    EmbeddedNode victim = someButTheOldest();
    List<EmbeddedNode> heirs = heirsOf(victim);
    List<EmbeddedNode> unreached =
        cut == Cut.ONE_LINK
            ? List.of(heirs.get(random.nextInt(heirs.size())))
            : couchbase.nodes().stream().filter(node -> node != victim).toList();
    unreached.forEach(node -> couchbase.link(victim, node).cut());
    IntPredicate doomed =
        vbucket ->
            data.activeNode(vbucket).filter(victim::equals).isPresent()
                && unreached.containsAll(data.replicaNodes(vbucket));
    loseWhatIsWritten(
        doomed,
        cut == Cut.ONE_LINK ? doomed.negate() : vbucket -> false,
        () -> couchbase.failOver(victim));
    refill();
  }

  /**
   * Waits until every replica has been where its active copy is: after a loss replicas may have to
   * start over, and what all copies had once is not safe from another loss before they are there.
   */
  private void awaitReplicated() {
    for (int vbucket = 0; vbucket < ServedCluster.VBUCKETS; vbucket++) {
      int id = vbucket;
      long seqno = data.highSeqno(id);
      await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> isReplicated(id, seqno));
    }
  }

  private boolean isReplicated(int vbucket, long seqno) {
    return data.replicaNodes(vbucket).stream()
        .map(node -> node.bucket(data.name()))
        .allMatch(
            copy ->
                copy.vbuuid(vbucket) == data.vbuuid(vbucket) && copy.highSeqno(vbucket) >= seqno);
  }

  /** Who has replicas of what is active on a node. */
  private List<EmbeddedNode> heirsOf(EmbeddedNode node) {
    return IntStream.range(0, ServedCluster.VBUCKETS)
        .filter(vbucket -> data.activeNode(vbucket).filter(node::equals).isPresent())
        .mapToObj(data::replicaNodes)
        .flatMap(List::stream)
        .distinct()
        .toList();
  }

  /** A node is killed and comes back without the newest documents that it had. */
  void crashLosing() throws InterruptedException {
    awaitReplicated();
    EmbeddedNode victim = couchbase.nodes().get(random.nextInt(couchbase.nodes().size()));
    victim.bucket("data").pausePersistence();
    IntPredicate doomed = vbucket -> data.activeNode(vbucket).filter(victim::equals).isPresent();
    IntPredicate concerned = vbucket -> data.replicaNodes(vbucket).contains(victim);
    loseWhatIsWritten(doomed, doomed.or(concerned).negate(), victim::crash);
  }

  /**
   * Writes to the vbuckets that will lose it, waits for feeds that are told of it, and has it lost.
   *
   * @param safe vbuckets that go on meanwhile, and will lose nothing; none if the index does not
   */
  private void loseWhatIsWritten(IntPredicate doomed, IntPredicate safe, Runnable loss)
      throws InterruptedException {
    Map<String, Written> last = write(doomed);
    if (IntStream.range(0, ServedCluster.VBUCKETS).anyMatch(safe)) {
      // If they are told of nothing that is not safe, then of what was written later.
      awaitTold(indexing == Indexing.AT_ONCE ? last : write(safe));
      toldOfLoss |= indexing == Indexing.AT_ONCE;
    }
    int lostBefore = own.lost().size();
    loss.run();
    own.settle();
    assertThat(own.lost()).as("revisions that were lost").hasSizeGreaterThan(lostBefore);
    assertThat(own.lost()).containsAll(last.values());
  }

  private Map<String, Written> write(IntPredicate vbuckets) throws InterruptedException {
    Map<String, Written> last = new HashMap<>();
    for (int i = 0; i < DOOMED; i++) {
      own.write(id -> vbuckets.test(VbucketHash.vbucket(id, ServedCluster.VBUCKETS)))
          .ifPresent(written -> last.put(written.id(), written));
    }
    return last;
  }

  private void awaitTold(Map<String, Written> last) {
    for (TravellingFollower follower : followersOf("*")) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(follower.told()).as("%s", follower).containsAll(last.values()));
    }
  }

  private List<TravellingFollower> followersOf(String channel) {
    return followers.stream().filter(follower -> follower.channel().equals(channel)).toList();
  }

  private EmbeddedNode someButTheOldest() {
    List<EmbeddedNode> nodes = couchbase.nodes();
    return nodes.get(1 + random.nextInt(nodes.size() - 1));
  }

  private void refill() {
    while (couchbase.nodes().size() < NODES) {
      couchbase.addNode();
    }
    couchbase.rebalance();
  }

  // What has to be true in the end.

  /** Compares the index with the data and with a new index, and what was told with both. */
  void finish() throws Exception {
    for (BackgroundWriter writer : writers) {
      writer.end();
    }
    Map<String, Seen> truth = truth();
    Set<Written> lost = new HashSet<>();
    Stream.of(own, direct, rest).forEach(documents -> lost.addAll(documents.lost()));
    Map<TravellingFollower, Set<String>> there = new HashMap<>();
    try (ChangesServer fresh = served.serveFresh()) {
      awaitRows(fresh.publicUri(), "*", truth, lost);
      for (TravellingFollower follower : followers) {
        Map<String, Seen> rows = rows(fresh.publicUri(), follower.channel());
        there.put(follower, rows.keySet());
        for (URI server : served.uris()) {
          awaitRows(server, follower.channel(), rows, lost);
        }
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(differences(rows, follower.documentsAmong(rows.keySet())))
                        .as("%s", follower)
                        .isEmpty());
      }
    }
    for (TravellingFollower follower : followers) {
      follower.end();
    }
    judge(there, lost);
  }

  private Map<String, Seen> truth() throws InterruptedException {
    Map<String, Seen> truth = new HashMap<>();
    for (RevisedDocuments documents : List.of(own, direct, rest)) {
      documents.settle();
      documents.current().forEach((id, document) -> truth.put(id, seen(document)));
    }
    for (String id : raw.ids()) {
      RevisedDocuments.find(served.documents(), id)
          .ifPresent(document -> truth.put(document.id(), seen(document)));
    }
    return truth;
  }

  private static Seen seen(StoredDocument document) {
    return document.deleted()
        ? Seen.deleted(document.revision())
        : Seen.active(document.revision());
  }

  /**
   * Waits until a channel has these rows and no others, but for deletions that nobody asked for: a
   * vbucket that went back to nothing leaves them for what was in it, and a new index has nothing
   * to tell.
   */
  private static void awaitRows(
      URI server, String channel, Map<String, Seen> expected, Set<Written> lost) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              Map<String, Seen> rows = rows(server, channel);
              rows.entrySet()
                  .removeIf(
                      row ->
                          row.getValue().deleted()
                              && !expected.containsKey(row.getKey())
                              && !lost.contains(
                                  new Written(row.getKey(), row.getValue().revision())));
              assertThat(differences(expected, rows))
                  .as("channel=%s, server=%s", channel, server)
                  .isEmpty();
            });
  }

  private static List<String> differences(Map<String, Seen> expected, Map<String, Seen> found) {
    Set<String> ids = new TreeSet<>(expected.keySet());
    ids.addAll(found.keySet());
    return ids.stream()
        .filter(id -> !Objects.equals(expected.get(id), found.get(id)))
        .map(id -> id + ": expected=" + expected.get(id) + ", found=" + found.get(id))
        .toList();
  }

  private static Map<String, Seen> rows(URI server, String channel)
      throws IOException, InterruptedException {
    Map<String, Seen> rows = new HashMap<>();
    for (JsonNode row : ChannelView.all(server, "db", channel)) {
      assertThat(rows.put(row.get("id").asText(), ChannelView.seen(row))).isNull();
    }
    return rows;
  }

  private void judge(Map<TravellingFollower, Set<String>> there, Set<Written> lost)
      throws IOException, InterruptedException {
    Set<String> doubtful = new HashSet<>();
    Stream.of(own, direct, rest).forEach(documents -> doubtful.addAll(documents.doubtful()));
    for (TravellingFollower follower : followers) {
      assertThat(follower.complaints()).isEmpty();
      Set<Written> unsettled = follower.unsettled(there.get(follower));
      unsettled.removeAll(lost);
      assertThat(unsettled)
          .as("%s: last rows that are neither in the channel nor were lost", follower)
          .allMatch(row -> row.id().startsWith(RAW) || doubtful.contains(row.id()));
    }
    assertThat(served.metric("channelindex_reader_regressions_total")).isZero();
    if (indexing == Indexing.PERSISTED) {
      assertThat(followers)
          .allSatisfy(follower -> assertThat(follower.told()).doesNotContainAnyElementsOf(lost));
    } else if (toldOfLoss) {
      assertThat(served.metric("channelindex_reader_tokens_clamped_total"))
          .as("tokens of lost history")
          .isPositive();
    }
  }

  @Override
  public void close() {
    try {
      for (BackgroundWriter writer : writers) {
        writer.end();
      }
      for (TravellingFollower follower : followers) {
        follower.end();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      served.close();
    }
  }
}
