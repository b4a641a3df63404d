package io.channelindex.storage.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.compress.BlockCompression;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a database makes a dictionary of what it writes. */
class TrainingTest {
  @Test
  void oneTrainingAtATime() {
    Ticks ticks = new Ticks();
    try (InMemoryIndexBucket bucket = new InMemoryIndexBucket(ticks)) {
      CompletableFuture<BlockCoding> opening =
          BlockCoding.open(BlockCompression.ZSTD_DICTIONARY, bucket, new IndexKeys("db"), ticks)
              .toCompletableFuture();
      ticks.runAll();
      for (int tick = 0; tick < 100; tick++) {
        ticks.tick();
      }
      assertThat(ticks.tasks).as("the first one has not had its turn").hasSize(1);
      ticks.runAll();
      ticks.tick();
      assertThat(ticks.tasks).as("the next one").hasSize(1);
      opening.join().close();
    } finally {
      ticks.shutdownNow();
    }
  }

  /** Time and threads by hand. */
  private static final class Ticks extends ScheduledThreadPoolExecutor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private Runnable repeated = () -> {};

    Ticks() {
      super(1);
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable task, long initialDelay, long delay, TimeUnit unit) {
      repeated = task;
      return schedule(task, 1_000, TimeUnit.DAYS);
    }

    void tick() {
      repeated.run();
    }

    void runAll() {
      while (!tasks.isEmpty()) {
        Objects.requireNonNull(tasks.poll()).run();
      }
    }
  }
}
