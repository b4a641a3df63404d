package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.EntryState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class StableClocksTest {
  private static final int COMMITS = 1_000;

  @Test
  void nobodySeesAViewBeforeTheTailsKnowOfIt() {
    TestIndex content = new TestIndex(2, 1);
    ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
    try {
      StableClocks clocks =
          new StableClocks(
              new BucketStableSource(content.bucket, content.keys, content.map, executor),
              content.map,
              TestReader.SETTINGS,
              executor,
              new ReadCounters());
      List<Long> visible = new ArrayList<>();
      List<Long> published = new ArrayList<>();
      clocks.start(
          new StableClocks.Moves() {
            @Override
            public void moved(Movement movement, StableView after) {
              visible.add(clocks.view().document(0).commit());
            }

            @Override
            public void published() {
              published.add(clocks.view().document(0).commit());
            }
          });
      TestReader.get(clocks.refresh());
      for (int seqno = 1; seqno <= 2; seqno++) {
        content.add("a", 0, seqno, "doc" + seqno, EntryState.ACTIVE);
        content.stable(0, seqno);
        clocks.moved(content.commit(0));
      }
      assertThat(visible).containsExactly(0L, 1L);
      assertThat(published)
          .as("nobody is woken before there is something to see")
          .containsExactly(1L, 2L);
      assertThat(clocks.view().document(0).commit()).isEqualTo(2);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void aListenerThatFailsFailsTheLookAndNotThoseAfterIt() {
    TestIndex content = new TestIndex(1, 1);
    ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
    try {
      StableClocks clocks =
          new StableClocks(
              new BucketStableSource(content.bucket, content.keys, content.map, executor),
              content.map,
              TestReader.SETTINGS,
              executor,
              new ReadCounters());
      AtomicBoolean fails = new AtomicBoolean(true);
      clocks.start(
          (movement, after) -> {
            if (fails.getAndSet(false)) {
              throw new IllegalStateException("planted");
            }
          });
      content.stable(0, 1);
      content.commit(0);

      assertThat(clocks.refresh().toCompletableFuture())
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableThat()
          .withMessageContaining("planted");
      assertThat(TestReader.get(clocks.refresh()).document(0).commit()).isEqualTo(1);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void commitsThatWereLostAndRepeatedBeforeAnybodyLookedAreLookedAt() {
    TestIndex content = new TestIndex(1, 1);
    try (TestReader reader = new TestReader(content)) {
      Follower follower = reader.follow(new Since.Now(), "a");
      for (int seqno = 1; seqno <= 3; seqno++) {
        content.commit("a", 0, seqno, "doc" + seqno, EntryState.ACTIVE);
      }
      reader.refresh();
      assertThat(TestReader.drain(follower, 9)).hasSize(3);

      content.lose(0, 2);
      content.commit("a", 0, 4, "missed", EntryState.ACTIVE);
      content.commit("b", 0, 5, "other", EntryState.ACTIVE);
      content.commit("b", 0, 6, "other", EntryState.ACTIVE);
      reader.refresh();
      assertThat(TestReader.ids(TestReader.drain(follower, 9))).containsExactly("missed");
    }
  }

  @Test
  void whoAsksAllTheTimeMissesNothing() throws Exception {
    TestIndex content = new TestIndex(4, 4);
    try (TestReader reader = new TestReader(content)) {
      List<CompletableFuture<Set<String>>> eager = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Follower follower = reader.follow(new Since.Now(), "a");
        eager.add(CompletableFuture.supplyAsync(() -> readAll(follower)));
      }
      for (int i = 0; i < COMMITS; i++) {
        int vbucket = i % 4;
        content.add("a", vbucket, i + 1, "doc" + i, EntryState.ACTIVE);
        content.stable(vbucket, i + 1);
        reader.push(content.commit(vbucket));
      }
      for (CompletableFuture<Set<String>> one : eager) {
        assertThat(one.get(60, TimeUnit.SECONDS)).hasSize(COMMITS);
      }
    }
  }

  private static Set<String> readAll(Follower follower) {
    Set<String> told = new HashSet<>();
    while (!told.contains("doc" + (COMMITS - 1))) {
      TestReader.get(follower.next(100)).rows().forEach(row -> told.add(row.documentId()));
    }
    return told;
  }
}
