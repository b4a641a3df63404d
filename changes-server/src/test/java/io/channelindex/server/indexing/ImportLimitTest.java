package io.channelindex.server.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImportLimitTest {
  @Test
  void startsNoMoreThanThereIsRoomForAndInOrder() {
    ImportLimit limit = new ImportLimit(2);
    List<CompletableFuture<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      tasks.add(new CompletableFuture<>());
    }
    List<Integer> started = new ArrayList<>();
    List<CompletableFuture<Integer>> results =
        IntStream.range(0, 5)
            .mapToObj(
                i ->
                    limit
                        .run(
                            () -> {
                              started.add(i);
                              return tasks.get(i);
                            })
                        .toCompletableFuture())
            .toList();

    assertThat(started).containsExactly(0, 1);
    tasks.get(1).complete(7);
    assertThat(started).containsExactly(0, 1, 2);
    assertThat(results.get(1)).isCompletedWithValue(7);
    tasks.get(0).completeExceptionally(new IllegalStateException("import failed"));
    assertThat(results.get(0)).isCompletedExceptionally();
    assertThat(started).as("a failure gives its room back").containsExactly(0, 1, 2, 3);
  }

  @Test
  void manyThatCompleteAtOnceDoNotPileUp() {
    ImportLimit limit = new ImportLimit(1);
    CompletableFuture<Integer> first = new CompletableFuture<>();
    CompletionStage<Integer> ignored = limit.run(() -> first);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 100_000; i++) {
      ignored = limit.run(() -> CompletableFuture.completedFuture(ran.incrementAndGet()));
    }
    assertThat(ran).hasValue(0);
    first.complete(0);
    assertThat(ran).hasValue(100_000);
    assertThat(ignored.toCompletableFuture()).isCompletedWithValue(100_000);
  }

  @Test
  void aTaskThatThrowsFailsAlone() {
    ImportLimit limit = new ImportLimit(1);
    CompletionStage<Integer> thrown =
        limit.run(
            () -> {
              throw new IllegalStateException("boom");
            });
    assertThat(thrown.toCompletableFuture()).isCompletedExceptionally();
    assertThat(limit.run(() -> CompletableFuture.completedFuture(1)).toCompletableFuture())
        .isCompletedWithValue(1);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new ImportLimit(0))
        .withMessageContaining("limit=0");
  }

  @Test
  void holdsUnderManyThreads() throws Exception {
    ImportLimit limit = new ImportLimit(3);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<CompletableFuture<Integer>> results = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      results.add(
          limit
              .run(
                  () ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            running.decrementAndGet();
                            return done.incrementAndGet();
                          },
                          threads))
              .toCompletableFuture());
    }
    CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    threads.shutdown();
    assertThat(done).hasValue(20_000);
    assertThat(most.get()).isBetween(1, 3);
  }
}
