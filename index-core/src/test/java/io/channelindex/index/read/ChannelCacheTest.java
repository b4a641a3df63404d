package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.index.read.ChannelCache.Kind;
import io.channelindex.index.read.ChannelCache.Place;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ChannelCacheTest {
  private static final PartitionMap MAP = new PartitionMap(4, 2);
  private static final Channel A = Channel.of("a");
  private static final Channel B = Channel.of("b");

  private final ReadCounters counters = new ReadCounters();
  private final StableView view = StableView.unread(MAP);
  private ChannelCache cache = new ChannelCache(10_000, MAP, counters);
  private final List<CompletableFuture<Optional<Sized>>> reads = new ArrayList<>();

  private record Sized(String name, long bytes) implements Cached {}

  private static Place head(Channel channel, int partition) {
    return new Place(Kind.HEAD, partition, channel.hash(), 0);
  }

  private static Place block(Channel channel, int partition, int number) {
    return new Place(Kind.BLOCK, partition, channel.hash(), number);
  }

  private CompletionStage<Optional<Sized>> ask(Place place, Object owner) {
    return cache.get(
        place,
        owner,
        () -> {
          CompletableFuture<Optional<Sized>> read = new CompletableFuture<>();
          reads.add(read);
          return read;
        });
  }

  /** Puts something there, which must not be there yet. */
  private void put(Place place, Object owner, long bytes) {
    int before = reads.size();
    ask(place, owner);
    assertThat(reads).hasSize(before + 1);
    reads.get(before).complete(Optional.of(new Sized("read " + before, bytes)));
  }

  private boolean isThere(Place place, Object owner) {
    int before = reads.size();
    ask(place, owner);
    return reads.size() == before;
  }

  private static StableDocument document(
      int partition, String owner, long commit, Touched touched) {
    return new StableDocument(
        partition,
        MAP.first(partition),
        1,
        owner,
        commit,
        StableDocument.unowned(MAP, partition).vbuckets(),
        List.of(touched));
  }

  private void commit(int partition, Touched touched) {
    moved(document(partition, "one", 1, Touched.NONE), document(partition, "one", 2, touched));
  }

  private void moved(StableDocument before, StableDocument after) {
    cache.moved(Movement.forward(before, after), view);
  }

  @Test
  void whatIsBeingReadIsReadOnceForAll() {
    CompletionStage<Optional<Sized>> first = ask(head(A, 0), "a");
    CompletionStage<Optional<Sized>> second = ask(head(A, 0), "a");
    assertThat(reads).hasSize(1);
    reads.get(0).complete(Optional.of(new Sized("content", 10)));

    assertThat(first).isCompletedWithValueMatching(found -> found.orElseThrow().bytes() == 10);
    assertThat(second.toCompletableFuture().join()).isEqualTo(first.toCompletableFuture().join());
    assertThat(isThere(head(A, 0), "a")).isTrue();
    assertThat(counters.loads.sum()).isEqualTo(1);
    assertThat(counters.sharedLoads.sum()).isEqualTo(1);
    assertThat(counters.cacheHits.sum()).isEqualTo(1);
  }

  @Test
  void aFailureReachesAllWhoWaitAndIsForgotten() {
    CompletionStage<Optional<Sized>> first = ask(block(A, 1, 3), "a");
    CompletionStage<Optional<Sized>> second = ask(block(A, 1, 3), "a");
    reads.get(0).completeExceptionally(new IndexStorageException("no"));

    for (CompletionStage<Optional<Sized>> waiting : List.of(first, second)) {
      assertThatThrownBy(() -> waiting.toCompletableFuture().join())
          .hasCauseInstanceOf(IndexStorageException.class);
    }
    assertThat(cache.size()).isZero();
    assertThat(isThere(block(A, 1, 3), "a")).isFalse();
    assertThat(counters.cacheBytes.sum()).isZero();
  }

  @Test
  void whatCannotEvenBeAskedForFailsLikewise() {
    CompletionStage<Optional<Sized>> asked =
        cache.get(
            head(A, 0),
            "a",
            () -> {
              throw new IllegalStateException("closed");
            });
    assertThat(asked).isCompletedExceptionally();
    assertThat(isThere(head(A, 0), "a")).isFalse();
  }

  @Test
  void whatIsMissingIsNotRemembered() {
    CompletionStage<Optional<Sized>> asked = ask(block(A, 0, 1), "a");
    reads.get(0).complete(Optional.empty());

    assertThat(asked).isCompletedWithValue(Optional.empty());
    assertThat(cache.size()).isZero();
    assertThat(isThere(block(A, 0, 1), "a")).isFalse();
  }

  @Test
  void aCommitMakesOldWhatItTouchesOfHeadsOnly() {
    Directory directory = Directory.EMPTY;
    Place active = new Place(Kind.ACTIVE, 0, A.hash(), 0);
    Place page = new Place(Kind.PAGE, 0, A.hash(), 0);
    put(head(A, 0), "a", 1);
    put(head(A, 1), "a", 1);
    put(head(B, 0), "b", 1);
    put(active, directory, 1);
    put(page, "a", 1);
    put(block(A, 0, 0), "a", 1);

    commit(0, new Touched(List.of(A.hash(), 4711L), false));
    assertThat(isThere(head(A, 0), "a")).isFalse();
    assertThat(isThere(active, directory)).isFalse();
    assertThat(isThere(head(A, 1), "a")).isTrue();
    assertThat(isThere(head(B, 0), "b")).isTrue();
    assertThat(isThere(page, "a")).isTrue();
    assertThat(isThere(block(A, 0, 0), "a")).isTrue();

    commit(0, Touched.ALL);
    assertThat(isThere(head(B, 0), "b")).isFalse();
    assertThat(isThere(head(A, 1), "a")).isTrue();
    assertThat(isThere(block(A, 0, 0), "a")).isTrue();
  }

  @Test
  void undoneHistoryAndNewOwnersMakeBlocksOld() {
    put(block(A, 0, 0), "a", 1);
    put(block(A, 1, 0), "a", 1);
    moved(document(0, "one", 1, Touched.NONE), document(0, "two", 2, Touched.NONE));
    assertThat(isThere(block(A, 0, 0), "a")).isFalse();
    assertThat(isThere(block(A, 1, 0), "a")).isTrue();

    cache.moved(
        Movement.regression(
            document(1, "one", 2, Touched.NONE), document(1, "one", 1, Touched.NONE)),
        view);
    assertThat(isThere(block(A, 1, 0), "a")).isFalse();
  }

  @Test
  void aReadThatBeganBeforeAMovementServesNobodyAfterIt() {
    CompletionStage<Optional<Sized>> before = ask(head(A, 0), "a");
    CompletionStage<Optional<Sized>> other = ask(block(A, 0, 0), "a");
    commit(0, new Touched(List.of(A.hash()), false));
    CompletionStage<Optional<Sized>> after = ask(head(A, 0), "a");
    assertThat(reads).hasSize(3);
    reads.get(0).complete(Optional.of(new Sized("old", 1)));
    reads.get(1).complete(Optional.of(new Sized("block", 1)));
    reads.get(2).complete(Optional.of(new Sized("new", 1)));

    assertThat(before).isCompletedWithValue(Optional.of(new Sized("old", 1)));
    assertThat(after).isCompletedWithValue(Optional.of(new Sized("new", 1)));
    assertThat(other).isCompletedWithValue(Optional.of(new Sized("block", 1)));
    assertThat(ask(head(A, 0), "a")).isCompletedWithValue(Optional.of(new Sized("new", 1)));
    assertThat(isThere(block(A, 0, 0), "a")).isTrue();
  }

  @Test
  void aReadThatEndsAfterEverythingWasForgottenIsNotKept() {
    ask(head(A, 0), "a");
    ask(block(A, 0, 0), "a");
    moved(document(0, "one", 1, Touched.NONE), document(0, "two", 2, Touched.ALL));
    reads.forEach(read -> read.complete(Optional.of(new Sized("old", 1))));

    assertThat(cache.size()).isZero();
    assertThat(isThere(head(A, 0), "a")).isFalse();
    assertThat(isThere(block(A, 0, 0), "a")).isFalse();
  }

  @Test
  void twoChannelsOfOneHashDoNotMixTheirContents() {
    put(head(A, 0), "a", 1);
    put(head(A, 0), "another", 1);
    assertThat(isThere(head(A, 0), "a")).isFalse();
  }

  @Test
  void anActiveBlockBelongsToTheDirectoryThatNamedIt() {
    Place active = new Place(Kind.ACTIVE, 0, A.hash(), 0);
    put(active, new Object(), 1);
    assertThat(isThere(active, new Object())).isFalse();
  }

  @Test
  void aDirectoryThatDoesNotAgreeWithWhatIsThereIsForgotten() {
    CompletionStage<Optional<Directory>> known =
        cache.get(
            head(A, 0), "a", () -> CompletableFuture.completedFuture(Optional.of(Directory.EMPTY)));
    assertThat(known).isCompleted();
    ask(head(B, 0), "b");
    cache.forget(head(B, 0), Directory.EMPTY);
    assertThat(isThere(head(B, 0), "b")).as("being read anew").isTrue();
    cache.forget(head(A, 0), Directory.EMPTY);
    assertThat(isThere(head(A, 0), "a")).isFalse();
  }

  @Test
  void whatWasUsedLongestAgoGoesWhenThereIsNoRoom() {
    for (int number = 0; number < 5; number++) {
      put(block(A, 0, number), "a", 1_700);
    }
    assertThat(counters.cacheBytes.sum()).isBetween(8_500L, 10_000L);
    assertThat(isThere(block(A, 0, 0), "a")).isTrue();
    put(block(B, 1, 7), "b", 3_000);

    assertThat(counters.cacheBytes.sum()).isBetween(5_000L, 10_000L);
    assertThat(isThere(block(A, 0, 0), "a")).isTrue();
    assertThat(isThere(block(B, 1, 7), "b")).isTrue();
    assertThat(isThere(block(A, 0, 1), "a")).isFalse();
    assertThat(isThere(block(A, 0, 2), "a")).isFalse();
  }

  @Test
  void whatIsTooBigIsNotKeptAndDrivesNothingOut() {
    put(block(A, 0, 0), "a", 5_000);
    put(block(A, 0, 1), "a", 10_000);
    assertThat(isThere(block(A, 0, 0), "a")).isTrue();
    assertThat(isThere(block(A, 0, 1), "a")).isFalse();
  }

  @Test
  void aCacheWithoutRoomSharesReadsAndKeepsNothing() {
    cache = new ChannelCache(0, MAP, counters);
    CompletionStage<Optional<Sized>> first = ask(head(A, 0), "a");
    assertThat(isThere(head(A, 0), "a")).isTrue();
    reads.get(0).complete(Optional.of(new Sized("content", 1)));

    assertThat(first).isCompleted();
    assertThat(isThere(head(A, 0), "a")).isFalse();
    assertThat(counters.cacheBytes.sum()).isZero();
  }
}
