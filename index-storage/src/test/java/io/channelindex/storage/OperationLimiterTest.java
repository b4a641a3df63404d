package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OperationLimiterTest {
  @Test
  void runsSoManyAndThenOneForEachThatEnds() {
    OperationLimiter limiter = new OperationLimiter(2);
    List<Integer> started = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      limiter.submit(() -> started.add(number));
    }
    assertThat(started).containsExactly(0, 1);

    limiter.done();
    assertThat(started).containsExactly(0, 1, 2);
    limiter.done();
    limiter.done();
    assertThat(started).containsExactly(0, 1, 2, 3, 4);
    limiter.done();
    limiter.done();

    limiter.submit(() -> started.add(5));
    limiter.submit(() -> started.add(6));
    limiter.submit(() -> started.add(7));
    assertThat(started).endsWith(5, 6).hasSize(7);
  }

  @Test
  void doesNotNestHoweverManyEndAtOnce() {
    OperationLimiter limiter = new OperationLimiter(1);
    AtomicInteger ended = new AtomicInteger();
    limiter.submit(() -> {});
    for (int i = 0; i < 200_000; i++) {
      limiter.submit(
          () -> {
            ended.incrementAndGet();
            limiter.done();
          });
    }

    limiter.done();

    assertThat(ended).hasValue(200_000);
  }

  @Test
  void keepsTheLimitAndForgetsNothingAmongThreads() throws InterruptedException {
    int most = 7;
    int operations = 40_000;
    OperationLimiter limiter = new OperationLimiter(most);
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger highest = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(operations);
    ArrayDeque<ExecutorService> pools = new ArrayDeque<>();
    ExecutorService enders = Executors.newFixedThreadPool(4);
    ExecutorService submitters = Executors.newFixedThreadPool(4);
    pools.add(enders);
    pools.add(submitters);
    for (int i = 0; i < operations; i++) {
      submitters.execute(
          () ->
              limiter.submit(
                  () -> {
                    highest.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                    enders.execute(
                        () -> {
                          underWay.decrementAndGet();
                          limiter.done();
                          left.countDown();
                        });
                  }));
    }

    assertThat(left.await(60, TimeUnit.SECONDS)).as("left=%d", left.getCount()).isTrue();
    assertThat(highest.get()).isBetween(2, most);
    pools.forEach(ExecutorService::shutdownNow);
  }
}
