package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.CommitQueue.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CommitQueueTest {
  private final Turns turns = new Turns(new Random(1));
  private final CommitQueue queue = new CommitQueue(10, turns);
  private final List<String> told = new ArrayList<>();

  private Turn ask(String name, int operations, long oldest) {
    return queue.ask(operations, oldest, () -> told.add(name));
  }

  @Test
  void whoFitsGoesAtOnceAndIsNotToldAgain() {
    assertThat(ask("a", 4, 0).isGranted()).isTrue();
    assertThat(ask("b", 6, 0).isGranted()).isTrue();
    assertThat(ask("c", 1, 0).isGranted()).isFalse();
    assertThat(told).isEmpty();
  }

  @Test
  void theOldestGoesFirstAndIsNotPassedByASmallerOne() {
    Turn running = ask("running", 8, 0);
    Turn large = ask("large", 9, -5);
    Turn late = ask("late", 1, 7);
    assertThat(ask("small", 2, 3).isGranted()).isFalse();
    running.end();
    assertThat(told).containsExactly("large");
    large.end();
    assertThat(told).containsExactly("large", "small", "late");
    assertThat(late.isGranted()).isTrue();
  }

  @Test
  void whoIsTooLargeIsAlone() {
    Turn small = ask("small", 1, 0);
    Turn huge = ask("huge", 1_000, 1);
    assertThat(huge.isGranted()).isFalse();
    small.end();
    assertThat(huge.isGranted()).isTrue();
    assertThat(ask("other", 1, 2).isGranted()).isFalse();
  }

  @Test
  void whoGivesUpMakesRoomForThoseBehind() {
    ask("running", 8, 0);
    Turn large = ask("large", 5, 1);
    ask("small", 2, 2);
    large.end();
    assertThat(told).containsExactly("small");
  }

  @Test
  void whatGrowsWhileItWaitsCountsAsItIsWhenItGoes() {
    Turn running = ask("running", 10, 0);
    Turn growing = ask("growing", 1, 1);
    Turn next = ask("next", 3, 2);
    growing.needs(8);
    running.end();
    assertThat(told).containsExactly("growing");
    growing.needs(1);
    growing.end();
    assertThat(next.isGranted()).isTrue();
    assertThat(ask("rest", 7, 3).isGranted()).as("all is free again").isTrue();
  }

  @Test
  void operationsThatAreOverMakeRoomForTheNextCommit() {
    Turn running = ask("running", 8, 0);
    ask("next", 5, 1);
    running.finished();
    running.finished();
    assertThat(told).isEmpty();
    running.finished();
    assertThat(told).containsExactly("next");
    running.end();
    running.finished();
    assertThat(ask("rest", 5, 2).isGranted()).isTrue();
    assertThat(ask("more", 1, 3).isGranted()).as("freed twice").isFalse();
  }

  @Test
  void whoIsTooLargeMakesRoomWithItsLastOperations() {
    Turn huge = ask("huge", 1_000, 0);
    ask("other", 2, 1);
    for (int i = 0; i < 991; i++) {
      huge.finished();
    }
    assertThat(told).isEmpty();
    huge.finished();
    assertThat(told).containsExactly("other");
  }

  @Test
  void endingTwiceFreesOnce() {
    Turn running = ask("running", 10, 0);
    running.end();
    running.end();
    assertThat(ask("a", 10, 0).isGranted()).isTrue();
    assertThat(ask("b", 10, 0).isGranted()).isFalse();
  }

  @Test
  void aTurnThatIsNotEndedLapses() {
    Turn stuck = ask("stuck", 10, 0);
    ask("other", 10, 1);
    turns.untilQuiet();
    assertThat(turns.nanos()).isEqualTo(CommitQueue.PATIENCE.toNanos());
    assertThat(told).containsExactly("other");
    stuck.end();
    assertThat(ask("third", 1, 2).isGranted()).as("freed twice").isFalse();
  }

  @Test
  void nobodyLooksWhereNobodyWaits() {
    ask("running", 10, 0);
    assertThat(turns.step()).isFalse();
  }

  /** Everybody gets a turn in the end, and never do more run than allowed. */
  @Property(tries = 200)
  void nobodyStarves(@ForAll Random random, @ForAll @IntRange(min = 1, max = 20) int most) {
    Turns time = new Turns(random);
    CommitQueue commits = new CommitQueue(most, time);
    int[] underWay = {0};
    int[] served = {0};
    Deque<Runnable> ends = new ArrayDeque<>();
    for (int i = 0; i < 100; i++) {
      int operations = 1 + random.nextInt(30);
      int counted = Math.min(most, operations);
      AtomicReference<Turn> mine = new AtomicReference<>();
      Runnable serve =
          () -> {
            underWay[0] += counted;
            served[0]++;
            assertThat(underWay[0]).isLessThanOrEqualTo(most);
            ends.add(
                () -> {
                  underWay[0] -= counted;
                  mine.get().end();
                });
          };
      mine.set(commits.ask(operations, random.nextInt(50), serve));
      if (mine.get().isGranted()) {
        serve.run();
      }
      while (!ends.isEmpty() && random.nextInt(3) == 0) {
        ends.remove().run();
      }
    }
    while (!ends.isEmpty()) {
      ends.remove().run();
    }
    assertThat(served[0]).isEqualTo(100);
    assertThat(underWay[0]).isZero();
  }

  @Test
  void keepsItsLimitAmongThreads() throws Exception {
    CommitQueue commits = new CommitQueue(2, Time.system(Runnable::run));
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(4_000);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 4_000; i++) {
        AtomicReference<Turn> mine = new AtomicReference<>();
        AtomicBoolean begun = new AtomicBoolean();
        Runnable beginIfGranted =
            () -> {
              Turn turn = mine.get();
              if (turn != null && turn.isGranted() && begun.compareAndSet(false, true)) {
                most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                underWay.decrementAndGet();
                turn.end();
                done.countDown();
              }
            };
        threads.execute(
            () -> {
              mine.set(commits.ask(1, 0, () -> threads.execute(beginIfGranted)));
              beginIfGranted.run();
            });
      }
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(most.get()).isBetween(1, 2);
    } finally {
      threads.shutdownNow();
    }
  }
}
