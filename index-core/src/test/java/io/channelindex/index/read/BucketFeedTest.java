package io.channelindex.index.read;

import static io.channelindex.index.read.TestReader.drain;
import static io.channelindex.index.read.TestReader.get;
import static io.channelindex.index.read.TestReader.ids;
import static io.channelindex.storage.EntryState.ACTIVE;
import static io.channelindex.storage.EntryState.REMOVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** How feeds of an index in the bucket read it, and what happens if they cannot. */
@ParameterizedClass
@ValueSource(longs = {0, 1 << 20})
class BucketFeedTest {
  private final TestIndex content = new TestIndex(8, 4);
  private final long cachedBytes;
  private TestReader reader;

  BucketFeedTest(long cachedBytes) {
    this.cachedBytes = cachedBytes;
  }

  @BeforeEach
  void open() {
    reader = new TestReader(content, TestReader.SETTINGS.withCachedBytes(cachedBytes));
  }

  @AfterEach
  void close() {
    reader.close();
    content.bucket.close();
  }

  private void twentyRows() {
    for (int i = 0; i < 20; i++) {
      content.add("a", i % 8, 1 + i / 8, "doc" + i, ACTIVE);
      content.stable(i % 8, 1 + i / 8);
    }
    for (int partition = 0; partition < 4; partition++) {
      content.commit(partition);
    }
    reader.refresh();
  }

  private StableDocument pushed(String channel, int vbucket, long seqno, String id) {
    content.add(channel, vbucket, seqno, id, ACTIVE);
    content.stable(vbucket, seqno);
    return content.commit(content.map.partitionOf(vbucket));
  }

  @Test
  void aFailedReadInTheMiddleMovesNothing() {
    twentyRows();
    Follower follower = reader.follow(new Since.Beginning(), "a");
    BucketFault fault =
        content.bucket.inject(
            BucketFault.of(Action.FAIL).on(Operation.GET).where(key -> key.contains("block")));
    String before = follower.lastSeq();

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> get(follower.next(7)))
          .hasCauseInstanceOf(IndexStorageException.class);
    }
    assertThat(follower.lastSeq()).isEqualTo(before);
    fault.stop();

    assertThat(drain(follower, 7)).hasSize(20);
    assertThat(reader.index.statistics().coldPages()).isPositive();
  }

  /** See {@link FeedTest#norIfItIsTheTailThatWasReadLate}: and then it was read once more. */
  @Test
  void aTailThatWasReadLateDoesNotKnowLaterEither() {
    content.commit("to", 0, 1, "first", ACTIVE);
    reader.refresh();
    Follower slow = reader.follow(new Since.Beginning(), "from", "to");
    assertThat(ids(drain(slow, 10))).containsExactly("first");
    Follower fast = reader.follow(new Since.Now(), "to");
    Set<String> heads = Set.of(content.keys.head("from", 0), content.keys.head("to", 0));
    content.bucket.inject(BucketFault.of(Action.HOLD).on(Operation.GET).where(heads::contains));
    content.add("from", 0, 2, "doc", REMOVED);
    content.commit("to", 0, 2, "doc", ACTIVE);
    reader.refresh();
    CompletionStage<Page> page = slow.next(10);
    await().until(() -> content.bucket.heldCount() == 2);
    content.commit("to", 0, 3, "doc", ACTIVE);
    reader.refresh();
    content.bucket.clearFaults();
    // Both go on now, but one of them no further than to its block.
    content.bucket.inject(
        BucketFault.of(Action.HOLD)
            .on(Operation.GET)
            .where(key -> key.contains(":block:") && key.contains("from")));
    content.bucket.release();
    await().until(() -> content.bucket.heldCount() == 1);
    assertThat(ids(drain(fast, 10))).containsExactly("doc");
    content.bucket.clearFaults();
    content.bucket.release();

    List<Row> rows = new ArrayList<>(get(page).rows());
    rows.addAll(drain(slow, 10));
    assertThat(rows).allSatisfy(row -> assertThat(row.removed()).isEmpty());
    assertThat(ids(rows)).contains("doc");
  }

  @Test
  void aMissingBlockIsLookedUpAgainAndThenAnError() {
    twentyRows();
    content.blockEntries = 1;
    content.commit("a", 0, 9, "more", ACTIVE);
    reader.refresh();
    String missing = content.keys.block("a", 0, 1);
    byte[] block = content.bucket.peek(missing);
    content.bucket.forget(missing);
    Follower follower = reader.follow(new Since.Beginning(), "a");

    assertThatThrownBy(() -> get(follower.next(100)))
        .cause()
        .isInstanceOf(IndexStorageException.class)
        .hasMessageContaining(missing);
    content.bucket.poke(missing, block);

    assertThat(drain(follower, 100)).hasSize(21);
  }

  /** The page was under way when a rollback was told: it did not have that, whatever it counted. */
  @Test
  void whoReadUnderAnOldViewIsStillToldOfARollback() {
    content.commit("a", 4, 1, "undone", ACTIVE);
    content.commit("a", 0, 1, "a1", ACTIVE);
    content.commit("b", 2, 1, "b1", ACTIVE);
    reader.refresh();
    Follower follower = reader.follow(new Since.Beginning(), "a", "b");
    assertThat(ids(drain(follower, 7))).containsExactlyInAnyOrder("undone", "a1", "b1");

    String head = content.keys.head("b", 1);
    content.bucket.inject(BucketFault.of(Action.HOLD).on(Operation.GET).where(head::equals));
    content.commit("b", 2, 2, "b2", ACTIVE);
    reader.refresh();
    CompletableFuture<Page> page = follower.next(7).toCompletableFuture();
    content.history(4, content.history(4).rolledBack(0, 0, List.of(new FailoverEntry(2004, 0))));
    content.stable(4, 0);
    content.commit(2, Touched.ALL);
    reader.refresh();
    assertThat(page).isNotDone();
    content.bucket.clearFaults();
    content.bucket.release();

    assertThat(ids(get(page).rows())).containsExactly("b2");
    assertThat(follower.news().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void followersAreWokenByAPushAndReadOnceForAll() {
    twentyRows();
    List<Follower> followers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Follower follower = reader.follow(new Since.Now(), "a");
      assertThat(get(follower.next(10)).caughtUp()).isTrue();
      followers.add(follower);
    }
    List<CompletionStage<Void>> news = followers.stream().map(Follower::news).toList();
    assertThat(news).noneMatch(stage -> stage.toCompletableFuture().isDone());
    content.bucket.resetCounts();
    reader.push(pushed("a", 5, 10, "new"));
    reader.push(pushed("other", 5, 11, "elsewhere"));

    for (int i = 0; i < 20; i++) {
      get(news.get(i));
      assertThat(ids(get(followers.get(i).next(10)).rows())).containsExactly("new");
    }
    // The head and one or two blocks that can hold the news; nothing for the other channel.
    assertThat(content.bucket.count(Operation.GET)).isBetween(2L, 3L);
    assertThat(reader.index.statistics().sharedPages()).isGreaterThanOrEqualTo(15);
  }

  /** Its tail is dropped in the middle of a read: what waits for it does not wait for ever. */
  @Test
  void aFollowerIsClosedWhileItsPageIsRead() {
    twentyRows();
    ReaderSettings noIdleTails =
        new ReaderSettings(
            0, 64 * 1024, 1 << 20, cachedBytes, 1_000, Duration.ofMillis(1), Duration.ofMillis(5));
    try (TestReader other = new TestReader(content, noIdleTails)) {
      Follower follower = other.follow(new Since.Now(), "a");
      assertThat(get(follower.next(10)).caughtUp()).isTrue();
      other.push(pushed("a", 5, 10, "new"));
      BucketFault held =
          content.bucket.inject(
              BucketFault.of(Action.HOLD).on(Operation.GET).where(key -> key.contains("head")));

      CompletionStage<Page> page = follower.next(10);
      await().until(() -> held.hits() > 0);
      follower.close();
      held.stop();
      content.bucket.release();

      assertThat(ids(get(page).rows())).containsExactly("new");
    }
  }

  @Test
  void followersWhoBeginTogetherShareWhatIsReadOfTheBucket() {
    twentyRows();
    content.bucket.resetCounts();
    drain(reader.follow(new Since.Beginning(), "a"), 100);
    long once = content.bucket.count(Operation.GET);
    try (TestReader other =
        new TestReader(content, TestReader.SETTINGS.withCachedBytes(cachedBytes))) {
      List<Follower> followers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        followers.add(other.follow(new Since.Beginning(), "a"));
      }
      content.bucket.resetCounts();
      // Nothing comes back before all have asked.
      BucketFault held =
          content.bucket.inject(BucketFault.of(Action.HOLD_ANSWER).on(Operation.GET));
      List<CompletionStage<Page>> pages =
          followers.stream().map(follower -> follower.next(100)).toList();
      await().until(() -> content.bucket.heldCount() == 4);
      held.stop();
      content.bucket.release();

      Page first = get(pages.get(0));
      assertThat(first.rows()).hasSize(20);
      assertThat(pages).allSatisfy(page -> assertThat(get(page)).isSameAs(first));
      assertThat(content.bucket.count(Operation.GET)).isEqualTo(once);
      assertThat(other.index.statistics().sharedPages()).isEqualTo(19);
    }
  }

  @Test
  void whatHasNotMovedIsReadOnceFromTheBucketIfThereIsRoom() {
    twentyRows();
    assertThat(drain(reader.follow(new Since.Beginning(), "a"), 100)).hasSize(20);
    content.bucket.resetCounts();
    for (int partition = 0; partition < 4; partition++) {
      content.add("other", 2 * partition, 90, "elsewhere", ACTIVE);
      content.stable(2 * partition, 90);
      reader.push(content.commit(partition));
    }
    assertThat(ids(drain(reader.follow(new Since.Beginning(), "a"), 7))).hasSize(20);
    long quiet = content.bucket.count(Operation.GET);
    reader.push(pushed("a", 5, 95, "new"));
    assertThat(ids(drain(reader.follow(new Since.Beginning(), "a"), 7))).hasSize(21);
    long moved = content.bucket.count(Operation.GET) - quiet;

    if (cachedBytes > 0) {
      assertThat(quiet).isZero();
      // In the partition that moved: the head, a block that was closed, the active one.
      assertThat(moved).isBetween(2L, 3L);
    } else {
      assertThat(quiet).isPositive();
    }
  }

  /** However small the pages, and although there is room for a fraction of its rows only. */
  @Test
  void theBlocksOfABigChannelAreReadOnce() {
    int vbuckets = 12;
    int rowsOfEach = 200;
    int room = 2 * rowsOfEach;
    TestIndex big = new TestIndex(vbuckets, vbuckets);
    big.blockEntries = 10;
    for (int i = 0; i < vbuckets * rowsOfEach; i++) {
      big.add("a", i % vbuckets, 1 + i / vbuckets, "doc" + i, ACTIVE);
      big.stable(i % vbuckets, 1 + i / vbuckets);
    }
    for (int partition = 0; partition < vbuckets; partition++) {
      big.commit(partition);
    }
    ReaderSettings narrow =
        new ReaderSettings(
            100, 64 * 1024, 1 << 20, 0, room, Duration.ofMillis(1), Duration.ofMillis(5));
    List<String> asked = Collections.synchronizedList(new ArrayList<>());
    big.bucket.inject(
        BucketFault.of(Action.LOSE_ANSWER)
            .where(
                key -> {
                  if (key.contains("block")) {
                    asked.add(key);
                  }
                  return false;
                }));
    try (TestReader small = new TestReader(big, narrow)) {
      small.refresh();
      assertThat(drain(small.follow(new Since.Beginning(), "a"), 7)).hasSize(vbuckets * rowsOfEach);
    } finally {
      big.bucket.close();
    }

    // Active blocks are read to be counted, too.
    assertThat(asked).hasSizeLessThanOrEqualTo(Set.copyOf(asked).size() + 2 * vbuckets);
  }

  @Test
  void aSmallPageOfABigChannelReadsFewBlocks() {
    content.blockEntries = 5;
    for (int i = 0; i < 8_000; i++) {
      content.add("a", i % 8, 1 + i / 8, "doc" + i, ACTIVE);
      content.stable(i % 8, 1 + i / 8);
    }
    for (int partition = 0; partition < 4; partition++) {
      content.commit(partition);
    }
    reader.refresh();
    content.bucket.resetCounts();
    assertThat(get(reader.follow(new Since.Beginning(), "a").next(10)).rows()).hasSize(10);

    // There are 1,600 blocks and 800 pages; blocks are read of the one partition that has ten rows.
    assertThat(reader.index.statistics().bulks()).isLessThanOrEqualTo(10);
    assertThat(content.bucket.count(Operation.GET)).isLessThan(1_300);
  }

  @Test
  void aTailThatCannotBeReadRetriesUntilItCan() {
    Follower follower = reader.follow(new Since.Now(), "a");
    get(follower.next(1));
    CompletionStage<Void> news = follower.news();
    BucketFault fault =
        content.bucket.inject(
            BucketFault.of(Action.TIME_OUT).on(Operation.GET).where(key -> key.contains("head")));
    StableDocument moved = pushed("a", 0, 1, "late");
    reader.push(moved);
    await().until(() -> fault.hits() > 3);
    assertThat(news.toCompletableFuture()).isNotDone();
    assertThatThrownBy(() -> get(follower.next(1))).hasCauseInstanceOf(IndexStorageException.class);
    fault.stop();

    get(news);
    assertThat(ids(get(follower.next(1)).rows())).containsExactly("late");
  }

  @Test
  void aBacklogIsEstimatedFromTheDirectory() {
    content.blockEntries = 50;
    for (int i = 0; i < 6_000; i++) {
      content.add("a", i % 8, 1 + i / 8, "doc" + i % 3_000, ACTIVE);
      content.stable(i % 8, 1 + i / 8);
    }
    for (int partition = 0; partition < 4; partition++) {
      content.commit(partition);
    }
    reader.refresh();
    Follower follower = reader.follow(new Since.Beginning(), "a");
    Page page = get(follower.next(100));

    assertThat(page.pending()).isBetween(2_900L, 6_000L);
    long before = page.pending();
    assertThat(get(follower.next(100)).pending()).isEqualTo(before - 100);
    assertThat(drain(follower, 500)).hasSize(2_800);
  }
}
