package io.channelindex.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosedLoopTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "10, 3, 1", "10, 3, 4", "7, 100, 2", "1000, 1, 1", "100000, 64, 1"})
  void everyPassDoesEveryDocumentOnce(int documents, int inFlight, int passes)
      throws InterruptedException {
    AtomicIntegerArray times = new AtomicIntegerArray(documents);
    ClosedLoop loop =
        new ClosedLoop(
            documents,
            inFlight,
            index -> {
              times.incrementAndGet(index);
              return CompletableFuture.completedFuture(null);
            });
    loop.start(passes);
    assertThat(loop.await(SOON)).isTrue();
    for (int i = 0; i < documents; i++) {
      assertThat(times.get(i)).isEqualTo(passes);
    }
    assertThat(loop.done()).isEqualTo((long) documents * passes);
    assertThat(loop.failed()).isZero();
  }

  @Test
  void exactlyTheNumberAskedForIsUnderWay() throws InterruptedException {
    Queue<CompletableFuture<Void>> underWay = new ArrayDeque<>();
    ClosedLoop loop =
        new ClosedLoop(
            20,
            4,
            index -> {
              CompletableFuture<Void> operation = new CompletableFuture<>();
              underWay.add(operation);
              return operation;
            });
    loop.start(1);
    for (int ended = 0; ended < 20; ended++) {
      assertThat(underWay).hasSize(Math.min(4, 20 - ended));
      assertThat(loop.await(Duration.ZERO)).isFalse();
      underWay.remove().complete(null);
    }
    assertThat(loop.await(SOON)).isTrue();
  }

  @Test
  void operationsOnOneDocumentNeverOverlap() throws InterruptedException {
    AtomicIntegerArray underWay = new AtomicIntegerArray(50);
    AtomicInteger overlaps = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    ClosedLoop loop =
        new ClosedLoop(
            50,
            13,
            index -> {
              if (underWay.getAndIncrement(index) != 0) {
                overlaps.incrementAndGet();
              }
              return CompletableFuture.runAsync(() -> underWay.decrementAndGet(index), threads);
            });
    loop.start(400);
    assertThat(loop.await(SOON)).isTrue();
    threads.shutdown();
    assertThat(overlaps).hasValue(0);
    assertThat(loop.done()).isEqualTo(50 * 400);
  }

  @Test
  void aLoopThatIsStoppedEndsWithWhatIsUnderWay() throws InterruptedException {
    List<CompletableFuture<Void>> started = new ArrayList<>();
    ClosedLoop loop =
        new ClosedLoop(
            1_000,
            8,
            index -> {
              started.add(new CompletableFuture<>());
              return started.get(started.size() - 1);
            });
    loop.start(ClosedLoop.ENDLESS);
    loop.stop();
    assertThat(loop.await(Duration.ZERO)).isFalse();
    List.copyOf(started).forEach(operation -> operation.complete(null));
    assertThat(loop.await(SOON)).isTrue();
    assertThat(started).hasSize(8);
  }

  @Test
  void failuresAreCountedAndTheFirstOneKept() throws InterruptedException {
    ClosedLoop loop =
        new ClosedLoop(
            10,
            1,
            index -> {
              if (index == 3) {
                throw new IllegalStateException("thrown by the client");
              }
              return index == 7
                  ? CompletableFuture.failedFuture(new IllegalStateException("answered"))
                  : CompletableFuture.completedFuture(null);
            });
    loop.start(1);
    assertThat(loop.await(SOON)).isTrue();
    assertThat(loop.done()).isEqualTo(8);
    assertThat(loop.failed()).isEqualTo(2);
    assertThat(loop.firstFailure()).hasMessage("thrown by the client");
  }

  @Test
  void aTargetThatIsGoneEndsAnEndlessLoop() throws InterruptedException {
    ClosedLoop loop =
        new ClosedLoop(
            10, 2, index -> CompletableFuture.failedFuture(new IllegalStateException("gone")));
    loop.start(ClosedLoop.ENDLESS);
    assertThat(loop.await(SOON)).isTrue();
    assertThat(loop.failed()).isGreaterThan(1_000);
  }

  @Test
  void documentsAreDealtOutToLanes() throws InterruptedException {
    List<Integer> order = new ArrayList<>();
    ClosedLoop loop =
        new ClosedLoop(
            6,
            2,
            index -> {
              order.add(index);
              return CompletableFuture.completedFuture(null);
            });
    loop.start(1);
    assertThat(loop.await(SOON)).isTrue();
    assertThat(order).isEqualTo(Arrays.asList(0, 2, 4, 1, 3, 5));
  }
}
