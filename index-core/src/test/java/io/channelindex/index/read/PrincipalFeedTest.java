package io.channelindex.index.read;

import static io.channelindex.index.read.TestReader.get;
import static io.channelindex.index.read.TestReader.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.index.principals.Principal.Status;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import java.lang.ref.WeakReference;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Grants and withdrawals, one at a time and in each other's way, wherever rows are (W1). */
@ParameterizedClass
@EnumSource
class PrincipalFeedTest {
  private static final PrincipalName USER = PrincipalName.user("ann");
  private static final PrincipalName ROLE = PrincipalName.role("staff");
  private static final int USERS_VBUCKET = 1;
  private static final int ROLES_VBUCKET = 2;
  private static final int VBUCKETS = 4;

  private final TestIndex index = new TestIndex(VBUCKETS, 2);
  private final TestPrincipals principals = new TestPrincipals();
  private final List<TestReader> readers = new ArrayList<>();
  private final long[] seqnos = new long[VBUCKETS];
  private final TestReader.Rows kind;
  private final TestReader reader;

  PrincipalFeedTest(TestReader.Rows kind) {
    this.kind = kind;
    this.reader = reader(TokenSettings.Strategy.STATELESS);
  }

  private TestReader reader(TokenSettings.Strategy strategy) {
    TestReader opened =
        new TestReader(
            index,
            kind,
            TestReader.SETTINGS,
            TokenSettings.DEFAULT.with(strategy),
            InstantSource.system());
    readers.add(opened);
    return opened;
  }

  @AfterEach
  void close() {
    readers.forEach(TestReader::close);
  }

  private Follower follow(TestReader node, Since since) {
    return get(node.index.principals(principals).follow(USER, since, FeedRequest.Rows.ALL));
  }

  private Follower follow() {
    return follow(reader, new Since.Beginning());
  }

  private Follower resume(TestReader node, String seq) {
    return follow(node, node.at(seq));
  }

  private void put(String channel, int vbucket, String id, EntryState state) {
    index.commit(channel, vbucket, ++seqnos[vbucket], id, state);
  }

  private void put(String channel, String id) {
    put(channel, 0, id, EntryState.ACTIVE);
  }

  /** Written to the data bucket, not in the index yet. */
  private void write(PrincipalName name, int vbucket, Set<String> channels, Set<String> roles) {
    principals.write(name, vbucket, ++seqnos[vbucket], channels, roles);
  }

  private void indexed(PrincipalName name, int vbucket) {
    index.commit(name.channel(), vbucket, seqnos[vbucket], name.key(), EntryState.ACTIVE);
    readers.forEach(TestReader::refresh);
  }

  private void grant(String... channels) {
    write(USER, USERS_VBUCKET, Set.of(channels), Set.of());
    indexed(USER, USERS_VBUCKET);
  }

  /** All rows until the follower sleeps. */
  private static List<String> drain(Follower follower) {
    List<String> drained = new ArrayList<>();
    do {
      drained.addAll(ids(TestReader.drain(follower, 2)));
    } while (follower.news().toCompletableFuture().isDone());
    return drained;
  }

  @Test
  void onlyWhatIsGrantedIsTold() {
    put("a", "1");
    put("b", "2");
    grant("a");
    Follower follower = follow();

    assertThat(drain(follower)).containsExactly("1");
    put("b", "3");
    put("a", "4");
    reader.refresh();
    assertThat(drain(follower)).containsExactly("4");
  }

  /** Views have all stable documents: feeds can be idle for hours. */
  @Test
  void anIdleFeedHoldsNoOldView() {
    put("a", "1");
    grant("a");
    Follower follower = follow();
    assertThat(ids(TestReader.drain(follower, 10))).containsExactly("1");
    StableClocks clocks = reader.index.principals(principals).clocks;
    WeakReference<StableView> view = new WeakReference<>(clocks.view());
    WeakReference<StableDocument> document = new WeakReference<>(clocks.view().document(0));

    put("a", "2");
    reader.refresh();

    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(view.get()).isNull();
              assertThat(document.get()).isNull();
            });
    assertThat(ids(TestReader.drain(follower, 10))).containsExactly("2");
  }

  @Test
  void whoIsUnknownSeesNothingUntilThereIsSomething() {
    put("a", "1");
    reader.refresh();
    Follower follower = follow();
    assertThat(drain(follower)).isEmpty();

    grant("a");

    assertThat(drain(follower)).containsExactly("1");
  }

  @Test
  void aGrantWakesARunningFeedWhichBackfillsOnceAndThenFollows() {
    for (int i = 0; i < 9; i++) {
      put("b", "b" + i);
    }
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    CompletionStage<Void> news = follower.news();
    assertThat(news.toCompletableFuture()).isNotDone();

    grant("a", "b");

    get(news);
    Page first = get(follower.next(5));
    assertThat(ids(first.rows())).containsExactly("b0", "b1", "b2", "b3", "b4");
    assertThat(first.caughtUp()).isFalse();
    assertThat(first.pending()).isBetween(4L, 6L);
    assertThat(drain(follower)).containsExactly("b5", "b6", "b7", "b8");
    put("b", "b9");
    reader.refresh();
    assertThat(drain(follower)).containsExactly("b9");
    assertThat(reader.index.statistics().backfills()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(TokenSettings.Strategy.class)
  void everyTokenOfABackfillResumesOnAnotherNode(TokenSettings.Strategy strategy) {
    for (int i = 0; i < 9; i++) {
      put("b", i % VBUCKETS, "b" + i, EntryState.ACTIVE);
    }
    put("a", "a0");
    grant("a");
    TestReader here = reader(strategy);
    TestReader there = reader(TokenSettings.Strategy.STATELESS);
    String before = here.follow(new Since.Now(), "a").lastSeq();
    Follower follower = resume(here, before);
    grant("a", "b");
    put("a", "a1");
    readers.forEach(TestReader::refresh);
    List<Row> rows = TestReader.drain(follower, 4);
    assertThat(ids(rows)).hasSize(10).endsWith("a1").startsWith("b0", "b4", "b8");

    for (int i = 0; i < rows.size(); i++) {
      try (Follower resumed = resume(there, rows.get(i).seq())) {
        assertThat(drain(resumed)).as("after row %s", i).isEqualTo(ids(rows.subList(i + 1, 10)));
      }
    }
    assertThat(there.index.statistics().distrustedTokens()).isZero();
  }

  @Test
  void aBackfillTellsOnlyWhatIsInTheChannel() {
    put("b", "stays");
    put("b", "leaves");
    put("b", "dies");
    put("b", 0, "leaves", EntryState.REMOVED);
    put("b", 0, "dies", EntryState.DELETED);
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");

    grant("a", "b");

    assertThat(drain(follower)).containsExactly("stays");
  }

  @Test
  void whatChangesDuringABackfillIsToldOnceAsItIs() {
    put("b", "b0");
    put("b", "b1");
    put("b", "b2");
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    write(USER, USERS_VBUCKET, Set.of("a", "b"), Set.of());
    put("b", "b1");
    indexed(USER, USERS_VBUCKET);

    Page page = get(follower.next(10));

    assertThat(ids(page.rows())).containsExactly("b0", "b2", "b1");
    assertThat(page.caughtUp()).isTrue();
    assertThat(page.rows().get(2).revision()).startsWith("5-");
  }

  @Test
  void aGrantDuringABackfillWaitsForItsTurn() {
    for (int i = 0; i < 4; i++) {
      put("b", "b" + i);
      put("c", "c" + i);
    }
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    grant("a", "b");
    assertThat(ids(get(follower.next(2)).rows())).containsExactly("b0", "b1");

    grant("a", "b", "c");

    int longest = follower.lastSeq().length();
    List<String> rest = new ArrayList<>();
    Page page;
    do {
      page = get(follower.next(1));
      rest.addAll(ids(page.rows()));
      assertThat(page.lastSeq().length()).isLessThan(longest + 10);
      follower.close();
      follower = resume(reader, page.lastSeq());
    } while (!page.caughtUp() || !rest.contains("c3"));
    assertThat(rest).containsExactly("b2", "b3", "c0", "c1", "c2", "c3");
  }

  @Test
  void aGrantIsTakenBackInTheMiddleAndGivenAgain() {
    for (int i = 0; i < 6; i++) {
      put("b", "b" + i);
    }
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    grant("a", "b");
    Page some = get(follower.next(3));
    assertThat(ids(some.rows())).containsExactly("b0", "b1", "b2");

    grant("a");
    put("b", "b6");
    put("a", "a1");
    reader.refresh();
    assertThat(drain(follower)).containsExactly("a1");
    try (Follower resumed = resume(reader, some.lastSeq())) {
      assertThat(drain(resumed)).containsExactly("a1");
    }

    grant("a", "b");
    assertThat(drain(follower)).containsExactly("b0", "b1", "b2", "b3", "b4", "b5", "b6");
    // Who slept through it has the channel as if nothing had happened.
    try (Follower resumed = resume(reader, some.lastSeq())) {
      assertThat(drain(resumed)).containsExactly("b3", "b4", "b5", "b6", "a1");
    }
  }

  @Test
  void whatWasWithdrawnIsNotToldNorAreItsTokensGoodForMore() {
    put("a", "a0");
    put("b", "b0");
    grant("a", "b");
    Follower follower = follow();
    Page page = get(follower.next(1));
    assertThat(ids(page.rows())).containsExactly("a0");

    grant("a");
    put("b", "b1");
    reader.refresh();

    assertThat(drain(follower)).isEmpty();
    try (Follower resumed = resume(reader, page.lastSeq())) {
      assertThat(drain(resumed)).isEmpty();
    }
    assertThat(reader.index.statistics().distrustedTokens()).isZero();
  }

  @Test
  void aRoleGrantsFromWhenBothAreThere() {
    put("c", "c0");
    write(ROLE, ROLES_VBUCKET, Set.of("c"), Set.of());
    indexed(ROLE, ROLES_VBUCKET);
    grant();
    Follower follower = follow();
    assertThat(drain(follower)).isEmpty();

    write(USER, USERS_VBUCKET, Set.of(), Set.of(ROLE.name()));
    indexed(USER, USERS_VBUCKET);
    assertThat(drain(follower)).containsExactly("c0");

    put("d", "d0");
    reader.refresh();
    assertThat(drain(follower)).isEmpty();
    CompletionStage<Void> news = follower.news();
    assertThat(news.toCompletableFuture()).isNotDone();
    write(ROLE, ROLES_VBUCKET, Set.of("c", "d"), Set.of());
    indexed(ROLE, ROLES_VBUCKET);
    get(news);
    assertThat(drain(follower)).containsExactly("d0");

    write(USER, USERS_VBUCKET, Set.of("c"), Set.of());
    put("c", "c1");
    put("d", "d1");
    indexed(USER, USERS_VBUCKET);
    assertThat(drain(follower)).as("still has c, itself").containsExactly("c1");
  }

  /** The document of a principal is ahead of the index: neither is the grant complete early. */
  @Test
  void aGrantCountsFromWhenTheIndexHasIt() {
    put("b", "b0");
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");

    write(USER, USERS_VBUCKET, Set.of("a", "b"), Set.of());
    put("a", "a1");
    put("b", "b1");
    reader.refresh();
    try (Follower other = follow()) {
      assertThat(drain(other)).containsExactly("a0", "a1");
      assertThat(drain(follower)).containsExactly("a1");
      indexed(USER, USERS_VBUCKET);
      assertThat(drain(other)).containsExactly("b0", "b1");
    }
    assertThat(drain(follower)).containsExactly("b0", "b1");
  }

  @Test
  void whoIsDisabledIsToldEverythingWhenThatIsOver() {
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");

    principals.write(
        USER, USERS_VBUCKET, ++seqnos[USERS_VBUCKET], Status.DISABLED, Set.of("a"), Set.of());
    put("a", "a1");
    indexed(USER, USERS_VBUCKET);
    assertThat(drain(follower)).isEmpty();

    grant("a");
    assertThat(drain(follower)).containsExactly("a0", "a1");
  }

  private void rollBack(int vbucket, long to, long resume) {
    principals.rollBack(vbucket, to);
    index.history(
        vbucket,
        index
            .history(vbucket)
            .rolledBack(
                to,
                resume,
                List.of(
                    new FailoverEntry(2000 + vbucket, to), new FailoverEntry(1000 + vbucket, 0))));
    seqnos[vbucket] = to;
    index.stable(vbucket, to);
    index.commit(index.map.partitionOf(vbucket), Touched.ALL);
  }

  @Test
  void aRollbackThatUndoesAGrantEndsItsBackfill() {
    for (int i = 0; i < 4; i++) {
      put("b", "b" + i);
    }
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    grant("a", "b");
    Page some = get(follower.next(2));
    assertThat(ids(some.rows())).containsExactly("b0", "b1");

    rollBack(USERS_VBUCKET, 1, 1);
    put("b", "b4");
    reader.refresh();
    assertThat(drain(follower)).isEmpty();
    // Nobody knows any more what its token was backfilling: what can be seen is told again.
    try (Follower resumed = resume(reader, some.lastSeq())) {
      assertThat(drain(resumed)).containsExactly("a0");
    }

    grant("a", "b");
    assertThat(drain(follower)).containsExactly("b0", "b1", "b2", "b3", "b4");
    try (Follower resumed = resume(reader, some.lastSeq())) {
      assertThat(drain(resumed)).contains("b0", "b1", "b2", "b3", "b4");
    }
  }

  /** The principal has the channel again, and was not told what came meanwhile. */
  @Test
  void aRollbackThatUndoesAWithdrawalIsToldWhatWasPassedOver() {
    put("a", "a0");
    put("b", "b0");
    grant("a", "b");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0", "b0");
    grant("a");
    put("b", "b1");
    put("a", "a1");
    reader.refresh();
    assertThat(drain(follower)).containsExactly("a1");
    String token = follower.lastSeq();

    rollBack(USERS_VBUCKET, 1, 1);
    reader.refresh();

    assertThat(drain(follower)).contains("b1");
    try (Follower resumed = resume(reader, token)) {
      assertThat(drain(resumed)).contains("b1");
    }
    assertThat(reader.index.statistics().distrustedTokens()).isEqualTo(1);
  }

  /** As the writer of the index rolls back: the principal's own entry is brought again. */
  @Test
  void whatALostWithdrawalGivesBackIsToldWithoutOtherNews() {
    put("a", "a0");
    put("b", "b0");
    grant("a", "b");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0", "b0");
    grant("a");
    put("b", "b1");
    put("a", "a1");
    reader.refresh();
    assertThat(drain(follower)).containsExactly("a1");

    rollBack(USERS_VBUCKET, 1, 0);
    reader.refresh();

    assertThat(drain(follower)).contains("b1");
  }

  /** The second change hides the first one from who reads blocks. */
  @Test
  void aWithdrawalIsNotOverlookedWhenThePrincipalChangesOnceMore() {
    put("a", "a0");
    grant("a", "b");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    put("b", "b1");
    String head = index.keys.head(USER.channel(), index.map.partitionOf(USERS_VBUCKET));
    index.bucket.inject(BucketFault.of(Action.HOLD).on(Operation.GET).where(head::equals));
    grant("a");
    CompletableFuture<Page> page = follower.next(10).toCompletableFuture();
    grant("a");
    index.bucket.clearFaults();
    index.bucket.release();

    assertThat(ids(get(page).rows())).doesNotContain("b1");
    assertThat(drain(follower)).doesNotContain("b1");
  }

  @Test
  void aPrincipalThatCannotBeReadFailsThePageAndMovesNothing() {
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    String token = follower.lastSeq();
    put("a", "a1");
    principals.broken = true;
    grant("a", "b");

    assertThatThrownBy(() -> get(follower.next(1)))
        .hasCauseInstanceOf(IndexStorageException.class)
        .hasRootCauseMessage("the data bucket is away");
    assertThat(follower.lastSeq()).isEqualTo(token);
    principals.broken = false;
    assertThat(drain(follower)).containsExactly("a1");
  }

  @Test
  void manyFeedsOfAPrincipalReadItOnce() {
    grant("a");
    List<Follower> followers = new ArrayList<>();
    PrincipalFeeds feeds = reader.index.principals(principals);
    for (int i = 0; i < 5; i++) {
      followers.add(get(feeds.follow(USER, new Since.Now(), FeedRequest.Rows.ALL)));
    }
    for (int i = 0; i < 3; i++) {
      put("a", "a" + i);
      reader.refresh();
      followers.forEach(follower -> assertThat(drain(follower)).hasSize(1));
    }
    assertThat(principals.reads).hasValue(1);
    grant("a", "b");
    followers.forEach(PrincipalFeedTest::drain);
    assertThat(principals.reads).hasValue(2);
  }

  @Test
  void aTokenOfABackfillIsGoodForAFeedOfChannelsToo() {
    put("b", "b0");
    put("b", "b1");
    put("a", "a0");
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).containsExactly("a0");
    grant("a", "b");
    String seq = get(follower.next(1)).lastSeq();
    assertThat(reader.token(seq).iteration().stage()).isEqualTo(Stage.BACKFILL);
    put("a", "a1");
    reader.refresh();

    try (Follower channels = reader.resume(seq, "a")) {
      assertThat(drain(channels)).containsExactly("a1");
    }
  }

  @Test
  void rowsOfPrincipalsAreInNoFeed() {
    put("*", "1");
    index.add("*", USERS_VBUCKET, 1, USER.key(), EntryState.ACTIVE);
    grant("*");

    assertThat(ids(TestReader.drain(reader.follow(new Since.Beginning(), "*"), 5)))
        .containsExactly("1");
    assertThat(drain(follow())).containsExactly("1");
  }

  @Test
  void closingWakesWhoWaitsAndEndsTheFeed() {
    grant("a");
    Follower follower = follow();
    assertThat(drain(follower)).isEmpty();
    CompletionStage<Void> news = follower.news();
    assertThat(news.toCompletableFuture()).isNotDone();

    reader.index.close();

    await().until(() -> news.toCompletableFuture().isDone());
    assertThatThrownBy(() -> get(follower.next(1))).hasRootCauseMessage("the follower is closed");
  }
}
