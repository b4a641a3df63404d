package io.channelindex.index.read;

import static io.channelindex.index.read.TestReader.drain;
import static io.channelindex.index.read.TestReader.get;
import static io.channelindex.index.read.TestReader.ids;
import static io.channelindex.storage.EntryState.ACTIVE;
import static io.channelindex.storage.EntryState.DELETED;
import static io.channelindex.storage.EntryState.REMOVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.TokenException;
import io.channelindex.sequence.token.TokenScope;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** What feeds tell, wherever their rows are (W1). */
@ParameterizedClass
@CsvSource({"IN_BUCKET, 0", "IN_BUCKET, 1048576", "IN_MEMORY, 0"})
class FeedTest {
  private final TestIndex content = new TestIndex(8, 4);
  private final TestReader.Rows kind;
  private final long cachedBytes;
  private TestReader reader;

  FeedTest(TestReader.Rows kind, long cachedBytes) {
    this.kind = kind;
    this.cachedBytes = cachedBytes;
  }

  @BeforeEach
  void open() {
    reader = reader(TestReader.SETTINGS.withCachedBytes(cachedBytes));
  }

  private TestReader reader(ReaderSettings settings) {
    return new TestReader(content, kind, settings);
  }

  @AfterEach
  void close() {
    reader.close();
    content.bucket.close();
  }

  @Test
  void unknownChannelsAreEmptyUntilTheyAreNot() {
    Follower follower = reader.follow(new Since.Beginning(), "nobody", "a");

    assertThat(get(follower.next(5))).returns(true, Page::caughtUp).returns(0L, Page::pending);
    reader.push(pushed("a", 3, 1, "one"));

    assertThat(ids(get(follower.next(5)).rows())).containsExactly("one");
  }

  private StableDocument pushed(String channel, int vbucket, long seqno, String id) {
    content.add(channel, vbucket, seqno, id, ACTIVE);
    content.stable(vbucket, seqno);
    return content.commit(content.map.partitionOf(vbucket));
  }

  @Test
  void whatIsNotStableIsNotShown() {
    content.commit("a", 0, 1, "stable", ACTIVE);
    content.add("a", 0, 2, "later", ACTIVE);
    content.write();
    reader.refresh();

    assertThat(ids(drain(reader.follow(new Since.Beginning(), "a"), 10))).containsExactly("stable");
  }

  @Test
  void documentsOfOneSeqnoAreToldApartByTheirIds() {
    for (String id : List.of("c", "a", "b")) {
      content.add("ch", 2, 7, id, DELETED);
    }
    content.stable(2, 7);
    content.commit(1);
    reader.refresh();
    List<String> told = new ArrayList<>();
    String seq = reader.follow(new Since.Beginning(), "ch").lastSeq();
    for (int i = 0; i < 3; i++) {
      try (Follower follower = reader.resume(seq, "ch")) {
        Page page = get(follower.next(1));
        told.addAll(ids(page.rows()));
        assertThat(page.pending()).isEqualTo(2 - i);
        seq = page.rows().get(0).seq();
      }
    }
    assertThat(told).containsExactly("a", "b", "c");
    assertThat(reader.token(seq).iteration()).isNull();
  }

  @Test
  void activeFeedsCountWhatTheySend() {
    content.add("ch", 0, 1, "gone", REMOVED);
    content.add("ch", 0, 2, "kept", ACTIVE);
    content.add("ch", 0, 3, "dead", DELETED);
    content.commit("ch", 0, 4, "last", ACTIVE);
    reader.refresh();

    Follower follower = reader.follow(new Since.Beginning(), FeedRequest.Rows.ACTIVE, "ch");
    Page first = get(follower.next(1));
    assertThat(ids(first.rows())).containsExactly("kept");
    assertThat(first.pending()).isEqualTo(1);
    assertThat(ids(get(follower.next(1)).rows())).containsExactly("last");
  }

  @Test
  void aDocumentThatMovedIsRemovedOnlyForThoseWhoDoNotFollowIt() {
    content.add("from", 0, 1, "doc", REMOVED);
    content.add("to", 0, 1, "doc", ACTIVE);
    content.stable(0, 1);
    content.commit(0);
    reader.refresh();

    assertThat(drain(reader.follow(new Since.Beginning(), "from"), 10).get(0).removed())
        .containsExactly("from");
    Row both = drain(reader.follow(new Since.Beginning(), "from", "to"), 10).get(0);
    assertThat(both.removed()).isEmpty();
    assertThat(both.deleted()).isFalse();
  }

  private void moveFirst() {
    content.add("to", 0, 1, "first", ACTIVE);
    content.stable(0, 1);
    content.commit(0);
    reader.refresh();
  }

  private void move() {
    content.add("from", 0, 2, "doc", REMOVED);
    content.add("to", 0, 2, "doc", ACTIVE);
    content.stable(0, 2);
    content.commit(0);
    reader.refresh();
  }

  /** The newest of a document in a block hides the one before, which an older iteration wants. */
  @Test
  void aDocumentThatMovedAndChangedSinceIsNotSaidToHaveLeft() {
    moveFirst();
    move();
    Follower begun = reader.follow(new Since.Beginning(), "from", "to");
    assertThat(ids(get(begun.next(1)).rows())).containsExactly("first");
    content.commit("to", 0, 3, "doc", ACTIVE);

    try (TestReader other = reader(TestReader.SETTINGS.withCachedBytes(cachedBytes))) {
      other.refresh();
      List<Row> rows = drain(other.resume(begun.lastSeq(), "from", "to"), 10);
      assertThat(rows).allSatisfy(row -> assertThat(row.removed()).isEmpty());
      assertThat(ids(rows)).contains("doc");
    }
  }

  @Test
  void norIfItIsTheTailThatWasReadLate() {
    moveFirst();
    Follower follower = reader.follow(new Since.Beginning(), "from", "to");
    assertThat(ids(drain(follower, 10))).containsExactly("first");
    String head = content.keys.head("to", 0);
    content.bucket.inject(BucketFault.of(Action.HOLD).on(Operation.GET).where(head::equals));
    move();
    CompletionStage<Page> page = follower.next(10);
    content.commit("to", 0, 3, "doc", ACTIVE);
    reader.refresh();
    content.bucket.clearFaults();
    content.bucket.release();

    List<Row> rows = new ArrayList<>(get(page).rows());
    rows.addAll(drain(follower, 10));
    assertThat(rows).allSatisfy(row -> assertThat(row.removed()).isEmpty());
    assertThat(ids(rows)).contains("doc");
  }

  @Test
  void nowIsTheMomentOfTheCall() {
    content.commit("a", 0, 1, "before", ACTIVE);

    Follower follower = reader.follow(new Since.Now(), "a");
    content.commit("a", 0, 2, "after", ACTIVE);
    reader.refresh();

    assertThat(ids(drain(follower, 10))).containsExactly("after");
  }

  @Test
  void aPushWakesEveryFollowerOfItsChannelAndOneReadServesAll() {
    List<Follower> followers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Follower follower = reader.follow(new Since.Now(), "a");
      assertThat(get(follower.next(10)).caughtUp()).isTrue();
      followers.add(follower);
    }
    List<CompletionStage<Void>> news = followers.stream().map(Follower::news).toList();
    reader.push(pushed("other", 5, 1, "elsewhere"));
    assertThat(news).noneMatch(stage -> stage.toCompletableFuture().isDone());
    reader.push(pushed("a", 5, 2, "new"));

    for (int i = 0; i < 20; i++) {
      get(news.get(i));
      assertThat(ids(get(followers.get(i).next(10)).rows())).containsExactly("new");
    }
    assertThat(reader.index.statistics().sharedPages()).isGreaterThanOrEqualTo(15);
  }

  @Test
  void aQuietFeedSleepsThroughWhatHappensElsewhere() {
    Follower follower = reader.follow(new Since.Now(), "quiet");
    assertThat(get(follower.next(1)).caughtUp()).isTrue();
    CompletionStage<Void> news = follower.news();
    content.bucket.resetCounts();
    for (int seqno = 1; seqno <= 50; seqno++) {
      reader.push(pushed("busy", 0, seqno, "doc" + seqno));
    }
    get(follower.next(1));

    assertThat(news.toCompletableFuture()).isNotDone();
    assertThat(content.bucket.count(Operation.GET)).isZero();
    follower.close();
    get(news);
  }

  @Test
  void aRingThatDoesNotReachBackMakesEverybodyLook() {
    Follower follower = reader.follow(new Since.Now(), "a");
    get(follower.next(1));
    CompletionStage<Void> news = follower.news();
    content.commit("a", 0, 1, "forgotten", ACTIVE);
    for (int commit = 0; commit < 4; commit++) {
      content.commit(0, Touched.NONE);
    }
    reader.look();

    get(news);
    assertThat(ids(get(follower.next(1)).rows())).containsExactly("forgotten");
  }

  @Test
  void latePushesAreIgnored() {
    StableDocument first = pushed("a", 0, 1, "one");
    StableDocument second = pushed("a", 0, 2, "two");
    reader.push(second);
    reader.push(first);

    assertThat(reader.index.stable().seqno(0)).isEqualTo(2);
    assertThat(ids(drain(reader.follow(new Since.Beginning(), "a"), 5)))
        .containsExactly("one", "two");
  }

  @Test
  void aBucketThatLostCommitsIsARegressionAndFeedsDoNotGoBack() {
    content.commit("a", 0, 1, "one", ACTIVE);
    var old = content.bucket.snapshot();
    content.commit("a", 0, 2, "two", ACTIVE);
    reader.refresh();
    Follower follower = reader.follow(new Since.Beginning(), "a");
    assertThat(drain(follower, 5)).hasSize(2);
    String seq = follower.lastSeq();
    content.bucket.restore(old);
    reader.refresh();

    assertThat(reader.index.statistics().regressions()).isEqualTo(1);
    assertThat(get(follower.next(5))).returns(seq, Page::lastSeq).returns(true, Page::caughtUp);
    content.commit("a", 0, 3, "three", ACTIVE);
    reader.refresh();
    assertThat(ids(drain(follower, 5))).containsExactly("three");
  }

  @Test
  void aBucketThatIsAwayIsUnavailableUntilItIsBack() {
    BucketFault away = content.bucket.inject(BucketFault.of(Action.FAIL).on(Operation.GET));
    assertThat(reader.index.isAvailable()).isTrue();
    reader.look();
    await().until(() -> !reader.index.isAvailable());
    assertThatThrownBy(() -> reader.follow(new Since.Now(), "a"))
        .hasCauseInstanceOf(IndexStorageException.class);
    away.stop();

    await().until(reader.index::isAvailable);
    assertThat(reader.index.statistics().failures()).isPositive();
  }

  @Test
  void aTokenOfANodeThatKnowsMoreIsReadAfterALook() {
    try (TestReader ahead = reader(TestReader.SETTINGS)) {
      content.commit("a", 0, 1, "one", ACTIVE);
      content.commit("a", 7, 5, "two", ACTIVE);
      ahead.refresh();
      Page page = get(ahead.follow(new Since.Beginning(), "a").next(1));
      assertThat(reader.index.stable()).isEqualTo(SequenceClock.zero(8));

      Follower follower = reader.resume(page.lastSeq(), "a");
      assertThat(ids(drain(follower, 5))).containsExactly("two");
    }
  }

  @Test
  void aTokenBeyondWhatAnybodyKnowsWaits() {
    content.commit("a", 0, 5, "five", ACTIVE);
    reader.refresh();
    FeedToken five = reader.token(reader.follow(new Since.Now(), "a").lastSeq());
    FeedToken nine =
        new FeedToken(
            five.database(), five.scope(), ClockSpan.exactly(five.since().with(0, 9)), null);

    Follower follower = reader.follow(new Since.At(nine, "nine"), "a");
    assertThat(get(follower.next(5)).caughtUp()).isTrue();
    content.commit("a", 0, 9, "nine", ACTIVE);
    content.commit("a", 0, 10, "ten", ACTIVE);
    reader.refresh();
    assertThat(ids(drain(follower, 5))).containsExactly("ten");
  }

  @Test
  void anIterationBeyondWhatAnybodyKnowsGoesAsFarAsItCan() {
    for (int seqno = 1; seqno <= 3; seqno++) {
      content.commit("a", 0, seqno, "doc" + seqno, ACTIVE);
    }
    reader.refresh();
    Page page = get(reader.follow(new Since.Beginning(), "a").next(1));
    FeedToken token = reader.token(page.lastSeq());
    FeedToken.Iteration here = token.iteration();
    FeedToken beyond =
        new FeedToken(
            token.database(),
            token.scope(),
            token.span(),
            new FeedToken.Iteration(here.upper().with(0, 8).with(4, 8), 0, here.seqno(), null));

    Follower follower = reader.follow(new Since.At(beyond, "beyond"), "a");
    assertThat(ids(drain(follower, 5))).containsExactly("doc2", "doc3");
    content.commit("a", 4, 8, "late", ACTIVE);
    content.commit("a", 0, 4, "doc4", ACTIVE);
    reader.refresh();
    assertThat(ids(drain(follower, 5))).containsExactly("doc4", "late");
  }

  @Test
  void tokensOfUnknownHistoryAreRefused() {
    content.commit("a", 0, 1, "one", ACTIVE);
    reader.refresh();
    TokenScope lost = new TokenScope(12345, 0);
    ClockSpan here = ClockSpan.exactly(SequenceClock.zero(8).with(0, 1));
    FeedToken token = new FeedToken(TestIndex.DATABASE, lost, here, null);

    assertRefused(new Since.At(token, "lost"), TokenException.Reason.UNKNOWN);
    assertThat(reader.index.statistics().unknownTokens()).isEqualTo(1);
    FeedToken foreign = new FeedToken(1, lost, here, null);
    assertRefused(new Since.At(foreign, "foreign"), TokenException.Reason.FOREIGN);
  }

  private void assertRefused(Since.At since, TokenException.Reason reason) {
    assertThatThrownBy(() -> reader.follow(since, "a"))
        .cause()
        .isInstanceOfSatisfying(
            TokenException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void tailsForgetWithinTheirBoundsAndFeedsReadOn() {
    ReaderSettings small =
        new ReaderSettings(
            0, 1024, 1024, 0, 0, TestReader.SETTINGS.retryMin(), TestReader.SETTINGS.retryMax());
    try (TestReader tight = reader(small)) {
      Follower slow = tight.follow(new Since.Now(), "a");
      Follower live = tight.follow(new Since.Now(), "a");
      for (int seqno = 1; seqno <= 40; seqno++) {
        tight.push(pushed("a", seqno % 8, seqno, "doc" + seqno));
        assertThat(get(live.next(5)).rows()).hasSize(1);
      }
      assertThat(tight.index.statistics().tailBytes()).isBetween(1L, 1024L);
      assertThat(drain(slow, 7)).hasSize(40);
      slow.close();
      live.close();
      assertThat(tight.index.statistics())
          .returns(0L, ReaderStatistics::tailBytes)
          .returns(0, ReaderStatistics::tails);
    }
  }

  @Test
  void aTokenIsHandedOutOnlyWhenItsBranchesAreStored() {
    content.commit("a", 0, 1, "one", ACTIVE);
    BucketFault fault =
        content.bucket.inject(BucketFault.of(Action.FAIL).on(Operation.INSERT).times(1));

    assertThatThrownBy(() -> reader.follow(new Since.Now(), "a"))
        .hasCauseInstanceOf(IndexStorageException.class);
    assertThat(fault.hits()).isEqualTo(1);
    FeedToken token = reader.token(reader.follow(new Since.Now(), "a").lastSeq());
    assertThat(content.bucket.peek(content.keys.branches(token.branches()))).isNotNull();
  }

  @Test
  void aRoundEndsAndTellsOfADocumentOnce() {
    for (int vbucket = 0; vbucket < 8; vbucket++) {
      content.commit("a", vbucket, 1, "doc" + vbucket, ACTIVE);
    }
    reader.refresh();
    Follower follower = reader.follow(new Since.Beginning(), "a");
    List<String> told = new ArrayList<>();
    Page page;
    long seqno = 2;
    do {
      page = get(follower.next(2));
      told.addAll(ids(page.rows()));
      reader.push(pushed("a", 0, seqno++, "doc0"));
    } while (!page.caughtUp());

    assertThat(told).hasSize(8).doesNotHaveDuplicates();
    get(follower.news());
    assertThat(ids(drain(follower, 2))).containsExactly("doc0");
  }

  @Test
  void closingEndsEverything() {
    Follower follower = reader.follow(new Since.Now(), "a");
    get(follower.next(1));
    CompletionStage<Void> news = follower.news();
    reader.index.close();

    get(news);
    assertThat(reader.isWakeUpClosed()).isTrue();
    assertThatThrownBy(() -> get(follower.next(1))).hasMessageContaining("closed");
    assertThatThrownBy(() -> reader.follow(new Since.Now(), "a")).hasMessageContaining("closed");
    assertThatThrownBy(() -> follower.next(0)).hasMessageContaining("limit=0");
  }
}
