package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManyReadsTest {
  /** Reads that somebody answers later. */
  private static final class Asked {
    final List<String> keys = new ArrayList<>();
    final Deque<CompletableFuture<String>> open = new ArrayDeque<>();

    CompletableFuture<String> read(String key) {
      keys.add(key);
      CompletableFuture<String> answer = new CompletableFuture<>();
      open.add(answer);
      return answer;
    }
  }

  @Test
  void asksForTheNextWhenOneHasAnsweredAndAnswersInOrder() {
    Asked asked = new Asked();
    CompletableFuture<List<String>> all =
        ManyReads.of(keys(7), 3, asked::read).toCompletableFuture();
    assertThat(asked.keys).containsExactly("0", "1", "2");

    asked.open.removeLast().complete("c");
    assertThat(asked.keys).containsExactly("0", "1", "2", "3");
    asked.open.removeFirst().complete("a");
    asked.open.removeFirst().complete("b");
    assertThat(asked.keys).hasSize(6);
    assertThat(asked.open).hasSize(3);
    for (String answer : List.of("d", "e", "f", "g")) {
      assertThat(all).isNotDone();
      asked.open.removeFirst().complete(answer);
    }

    assertThat(all.join()).containsExactly("a", "b", "c", "d", "e", "f", "g");
  }

  @Test
  void afterAFailureNothingMoreIsAskedForAndTheEndWaitsForWhatIsUnderWay() {
    Asked asked = new Asked();
    CompletableFuture<List<String>> all =
        ManyReads.of(keys(7), 2, asked::read).toCompletableFuture();
    CompletableFuture<String> first = asked.open.removeFirst();
    asked.open.removeFirst().completeExceptionally(new BucketFailedException("second", null));
    assertThat(asked.keys).hasSize(2);
    assertThat(all).isNotDone();

    first.completeExceptionally(new BucketFailedException("first", null));

    assertThat(all)
        .isCompletedExceptionally()
        .failsWithin(0, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingRootCause()
        .withMessage("first");
    assertThat(asked.keys).hasSize(2);
  }

  @Test
  void whatIsRefusedAtOnceIsAFailure() {
    CompletableFuture<List<String>> all =
        ManyReads.<String>of(
                keys(9),
                4,
                key -> {
                  throw new IllegalArgumentException("no: " + key);
                })
            .toCompletableFuture();

    assertThat(all)
        .failsWithin(0, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingRootCause()
        .withMessage("no: 0");
  }

  @Test
  void nothingIsReadAtOnceAndAnythingThatAnswersAtOnceDoesNotNest() {
    assertThat(ManyReads.of(List.of(), 3, CompletableFuture::completedFuture))
        .isCompletedWithValue(List.of());
    List<String> keys = keys(200_000);

    assertThat(ManyReads.of(keys, 3, CompletableFuture::completedFuture))
        .isCompletedWithValue(keys);
  }

  @Test
  void nothingIsLostAmongThreads() throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<String> keys = new ArrayList<>(keys(50_000));
      Collections.shuffle(keys, new Random(7));

      List<String> answers =
          ManyReads.of(
                  keys, 64, key -> CompletableFuture.supplyAsync(() -> "answer " + key, threads))
              .toCompletableFuture()
              .join();

      assertThat(answers).isEqualTo(keys.stream().map(key -> "answer " + key).toList());
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static List<String> keys(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }
}
