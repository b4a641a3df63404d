package io.channelindex.server.system;

import static io.channelindex.server.system.ReadingNode.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.index.principals.Principal.Status;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import io.channelindex.sequence.VbucketHash;
import io.channelindex.server.documents.DataClient;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.StoredPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What users are told, from their documents to their rows: two nodes, each indexing half of the
 * partitions and reading all of them, one told of news and one looking for them.
 */
class PrincipalFeedsIT {
  private static final PrincipalName ANN = PrincipalName.user("ann");
  private static final PrincipalName STAFF = PrincipalName.role("staff");

  @RegisterExtension
  final EmbeddedCouchbaseExtension couchbase =
      EmbeddedCouchbaseExtension.with(
          node -> node.vbuckets(ReadingNode.MAP.vbuckets()).bucket("data").bucket("index"));

  private ReadingNode pushed;
  private ReadingNode polled;

  @BeforeEach
  void open() {
    pushed = new ReadingNode(couchbase.node(), Set.of(0, 1), ReadingNode.Hears.PUSHED);
    polled = new ReadingNode(couchbase.node(), Set.of(2, 3), ReadingNode.Hears.POLLED);
  }

  @AfterEach
  void close() {
    pushed.close();
    polled.close();
  }

  private Set<String> write(String channel, int begin, int end) {
    Set<String> ids = new TreeSet<>();
    List<CompletionStage<String>> writes = new ArrayList<>();
    IntStream.range(begin, end)
        .forEach(
            number -> {
              ObjectNode body = JsonNodeFactory.instance.objectNode();
              body.putArray("channels").add(channel);
              ids.add(channel + number);
              writes.add(
                  pushed.documents.write(new DocumentWrite(channel + number, null, false, body)));
            });
    writes.forEach(ReadingNode::done);
    return ids;
  }

  private void put(PrincipalName name, Set<String> channels, Set<String> roles) {
    done(polled.principals.put(new StoredPrincipal(name, channels, roles, Status.ENABLED)));
  }

  private void everythingIsReadable() {
    EmbeddedBucket data = couchbase.node().bucket("data");
    await()
        .atMost(DataClient.PATIENCE)
        .until(
            () -> {
              for (int v = 0; v < data.vbuckets(); v++) {
                long high = data.highSeqno(v);
                if (high != pushed.index.stable(v, data.vbuuid(v))
                    || high != polled.index.stable(v, data.vbuuid(v))) {
                  return false;
                }
              }
              return true;
            });
  }

  /** All rows until the feed sleeps. */
  private static List<Row> drain(Follower follower) {
    List<Row> rows = new ArrayList<>();
    do {
      rows.addAll(done(follower.next(7)).rows());
    } while (follower.news().toCompletableFuture().isDone());
    return rows;
  }

  /** What was told until all of the documents were. */
  private static List<String> drainUntil(Follower follower, Set<String> documents) {
    List<String> told = new ArrayList<>();
    await()
        .atMost(DataClient.PATIENCE)
        .until(
            () -> {
              told.addAll(ids(drain(follower)));
              return told.containsAll(documents);
            });
    return told;
  }

  private static List<String> ids(List<Row> rows) {
    return rows.stream().map(Row::documentId).toList();
  }

  @Test
  void runningFeedsNoticeAGrantWhetherTheyAreToldOrLook() {
    Set<String> written = write("a", 0, 40);
    // Each node hears of its user from the other one, which indexes it.
    PrincipalName ofPolled = userIn(Set.of(2, 3));
    PrincipalName ofPushed = userIn(Set.of(0, 1));
    everythingIsReadable();
    try (Follower told = pushed.follow(ofPolled, new Since.Beginning());
        Follower looking = polled.follow(ofPushed, new Since.Beginning())) {
      assertThat(drain(told)).isEmpty();
      assertThat(drain(looking)).isEmpty();
      CompletionStage<Void> news = told.news();
      CompletionStage<Void> found = looking.news();

      put(ofPolled, Set.of("a"), Set.of());
      put(ofPushed, Set.of("a"), Set.of());

      done(news);
      done(found);
      assertThat(ids(drain(told))).containsExactlyInAnyOrderElementsOf(written);
      assertThat(ids(drain(looking))).containsExactlyInAnyOrderElementsOf(written);
    }
  }

  private static PrincipalName userIn(Set<Integer> partitions) {
    return IntStream.iterate(0, number -> number + 1)
        .mapToObj(number -> PrincipalName.user("user-" + number))
        .filter(
            user ->
                partitions.contains(
                    ReadingNode.MAP.partitionOf(
                        VbucketHash.vbucket(user.key(), ReadingNode.MAP.vbuckets()))))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBackfillGoesOnWhereItWasLeftOnTheOtherNodeAndIsOverOnce() {
    Set<String> granted = write("a", 0, 60);
    Set<String> own = write("b", 0, 5);
    put(ANN, Set.of("b"), Set.of());
    put(STAFF, Set.of("a"), Set.of());
    everythingIsReadable();
    String seq;
    try (Follower follower = pushed.follow(ANN, new Since.Beginning())) {
      assertThat(ids(drain(follower))).containsExactlyInAnyOrderElementsOf(own);
      seq = follower.lastSeq();
    }
    put(ANN, Set.of("b"), Set.of(STAFF.name()));
    everythingIsReadable();

    List<String> told = new ArrayList<>();
    boolean caughtUp = false;
    for (int turn = 0; !caughtUp; turn++) {
      try (Follower follower = (turn % 2 == 0 ? polled : pushed).resume(ANN, seq)) {
        Page page = done(follower.next(7));
        told.addAll(ids(page.rows()));
        // A row's token is as good as the page's.
        seq =
            page.rows().isEmpty() ? page.lastSeq() : page.rows().get(page.rows().size() - 1).seq();
        caughtUp = page.caughtUp();
      }
    }

    assertThat(told).containsExactlyInAnyOrderElementsOf(granted);
    for (ReadingNode node : List.of(pushed, polled)) {
      try (Follower follower = node.resume(ANN, seq)) {
        assertThat(drain(follower)).as("never again").isEmpty();
      }
      assertThat(node.index.statistics().distrustedTokens()).isZero();
    }
  }

  @Test
  void grantsThatRaceWithWritesLoseNothing() {
    put(ANN, Set.of(), Set.of());
    everythingIsReadable();
    Set<String> written = new TreeSet<>();
    Set<String> told = new TreeSet<>();
    try (Follower here = pushed.follow(ANN, new Since.Beginning());
        Follower there = polled.follow(ANN, new Since.Beginning())) {
      Set<String> alsoTold = new TreeSet<>();
      for (int round = 0; round < 6; round++) {
        CompletionStage<Boolean> change =
            polled.principals.put(
                new StoredPrincipal(
                    ANN,
                    round % 2 == 0 ? Set.of("a") : Set.of("a", "b"),
                    Set.of(),
                    Status.ENABLED));
        written.addAll(write("a", 10 * round, 10 * round + 10));
        told.addAll(ids(done(here.next(3)).rows()));
        alsoTold.addAll(ids(done(there.next(3)).rows()));
        done(change);
      }
      everythingIsReadable();
      told.addAll(ids(drain(here)));
      alsoTold.addAll(ids(drain(there)));
      assertThat(told).isEqualTo(written);
      assertThat(alsoTold).isEqualTo(written);
    }
  }

  @Test
  void aCrashThatUndoesAGrantEndsItAndTheNextOneIsTold() {
    Set<String> own = write("b", 0, 5);
    Set<String> others = write("a", 0, 20);
    put(ANN, Set.of("b"), Set.of());
    everythingIsReadable();
    EmbeddedBucket data = couchbase.node().bucket("data");
    try (Follower follower = polled.follow(ANN, new Since.Beginning())) {
      assertThat(ids(drain(follower))).containsExactlyInAnyOrderElementsOf(own);
      data.pausePersistence();
      put(ANN, Set.of("a", "b"), Set.of());
      everythingIsReadable();
      List<Row> some = done(follower.next(5)).rows();
      assertThat(others).containsAll(ids(some));
      String seq = follower.lastSeq();

      data.crash();
      data.resumePersistence();
      // Until the index knows, feeds are told what was true before.
      int vbucket = VbucketHash.vbucket(ANN.key(), data.vbuckets());
      await()
          .atMost(DataClient.PATIENCE)
          .until(() -> polled.index.stable(vbucket, data.vbuuid(vbucket)) > 0);
      own.addAll(write("b", 5, 8));
      others.addAll(write("a", 20, 22));
      Set<String> after = Set.of("b5", "b6", "b7");
      assertThat(drainUntil(follower, after)).allMatch(own::contains);

      put(ANN, Set.of("a", "b"), Set.of());
      assertThat(drainUntil(follower, others)).doesNotHaveDuplicates();
      Set<String> missed = new TreeSet<>(after);
      missed.addAll(others);
      try (Follower resumed = pushed.resume(ANN, seq)) {
        assertThat(drainUntil(resumed, missed)).containsAll(missed);
      }
    }
  }
}
