package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PolledWakeUpsTest {
  private static final Duration FAST = Duration.ofMillis(2);

  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket();
  private final IndexKeys keys = new IndexKeys("db");
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
  private final AtomicInteger looks = new AtomicInteger();

  private final WakeUps.Listener listener =
      new WakeUps.Listener() {
        @Override
        public void moved(StableDocument document) {
          throw new AssertionError("polls know no documents");
        }

        @Override
        public void look() {
          looks.incrementAndGet();
        }
      };

  private @Nullable PolledWakeUps wakeUps;

  @AfterEach
  void close() {
    if (wakeUps != null) {
      wakeUps.close();
    }
    executor.shutdownNow();
    bucket.close();
  }

  private void start(Duration slowPoll) {
    wakeUps = new PolledWakeUps(bucket, keys, FAST, slowPoll, executor);
    wakeUps.start(listener);
  }

  @Test
  void looksOnceWhenTheCounterMoved() {
    start(Duration.ofHours(1));
    await().until(() -> looks.get() == 1);
    bucket.increment(keys.wakeUps(), 1);
    await().until(() -> looks.get() == 2);
    long polls = bucket.count(Operation.COUNTER);
    await().until(() -> bucket.count(Operation.COUNTER) > polls + 5);

    assertThat(looks.get()).isEqualTo(2);
    assertThatThrownBy(() -> wakeUps.start(listener)).hasMessageContaining("started");
  }

  @Test
  void looksNowAndThenEvenIfNothingMoves() {
    start(FAST.multipliedBy(3));
    await().until(() -> looks.get() >= 4);
    assertThat(bucket.count(Operation.COUNTER)).isGreaterThanOrEqualTo(9);
  }

  @Test
  void looksWhenTheCounterCannotBeRead() {
    bucket.inject(BucketFault.of(Action.FAIL).on(Operation.COUNTER));
    start(Duration.ofHours(1));
    await().until(() -> looks.get() >= 3);
  }

  @Test
  void aPollUnderWayIsNotOvertaken() {
    bucket.inject(BucketFault.of(Action.HOLD).on(Operation.COUNTER));
    start(Duration.ofHours(1));
    await().until(() -> bucket.heldCount() == 1);
    await().during(Duration.ofMillis(30)).until(() -> bucket.count(Operation.COUNTER) == 1);
  }

  @Test
  void refusesASlowPollThatIsFaster() {
    assertThatThrownBy(() -> new PolledWakeUps(bucket, keys, FAST, FAST.dividedBy(2), executor))
        .hasMessageContaining("slowPoll=");
  }
}
