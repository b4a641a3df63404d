package io.channelindex.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.measure.ManualTime;
import io.channelindex.perf.measure.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long MILLISECOND = 1_000_000;

  private final ManualTime time = new ManualTime(1_000);

  private OpenLoop.Result run(int warmUp, Operation operation) throws InterruptedException {
    return new OpenLoop(time, index -> {})
        .run(new Schedule(2_000, 1_000, 1_000), warmUp, operation, SOON);
  }

  private CompletableFuture<?> taking(long nanos) {
    time.pass(nanos);
    return CompletableFuture.completedFuture(null);
  }

  @Test
  void operationsStartWhenTheyAreDue() throws InterruptedException {
    List<Long> starts = new ArrayList<>();
    run(
        0,
        index -> {
          starts.add(time.nanos());
          return taking(0);
        });
    assertThat(starts).hasSize(1_000);
    for (int i = 0; i < starts.size(); i++) {
      assertThat(starts.get(i)).isEqualTo(2_000 + i * MILLISECOND);
    }
  }

  /**
   * One stall of 50 ms at 1,000 per second: a loop that waits for answers would see a single slow
   * operation, one in 1,000, and its p99 would know nothing of it. Fifty were due meanwhile.
   */
  @Test
  void aPlantedStallShowsInThePercentiles() throws InterruptedException {
    OpenLoop.Result result = run(0, index -> taking(index == 500 ? 50 * MILLISECOND : 10_000));
    assertThat(result.latency().count()).isEqualTo(1_000);
    assertThat(result.latency().max()).isCloseTo(50 * MILLISECOND, Percentage.withPercentage(0.2));
    assertThat(result.latency().percentile(99))
        .isCloseTo(40 * MILLISECOND, Percentage.withPercentage(3));
    assertThat(result.latency().percentile(97.5))
        .isCloseTo(25 * MILLISECOND, Percentage.withPercentage(4));
    assertThat(result.latency().percentile(94)).isLessThan(MILLISECOND);
    assertThat(result.lateness().percentile(99))
        .isCloseTo(40 * MILLISECOND, Percentage.withPercentage(3));
  }

  @Test
  void withoutAStallNothingIsSlow() throws InterruptedException {
    OpenLoop.Result result = run(0, index -> taking(10_000));
    assertThat(result.latency().max()).isLessThan(11_000);
    assertThat(result.lateness().max()).isZero();
  }

  @Test
  void warmUpIsRunAndNotMeasured() throws InterruptedException {
    List<Integer> started = new ArrayList<>();
    OpenLoop.Result result =
        run(
            100,
            index -> {
              started.add(index);
              return taking(index < 100 ? 900_000 : 10_000);
            });
    assertThat(started).hasSize(1_000);
    assertThat(result.latency().count()).isEqualTo(900);
    assertThat(result.latency().max()).isLessThan(11_000);
  }

  @Test
  void failuresAreCountedAndHaveNoLatency() throws InterruptedException {
    OpenLoop.Result result =
        run(
            0,
            index -> {
              if (index == 0) {
                throw new IllegalStateException("thrown by the client");
              }
              return index % 10 == 1
                  ? CompletableFuture.failedFuture(new IllegalStateException("answered"))
                  : taking(5);
            });
    assertThat(result.failed()).isEqualTo(101);
    assertThat(result.latency().count()).isEqualTo(899);
    assertThat(result.firstFailure()).hasMessage("thrown by the client");
    assertThat(result.unanswered()).isZero();
  }

  @Test
  void whatIsNeverAnsweredIsCounted() throws InterruptedException {
    OpenLoop.Result result =
        new OpenLoop(time, index -> {})
            .run(
                new Schedule(0, 1_000, 10),
                0,
                index -> index == 4 ? new CompletableFuture<>() : taking(5),
                Duration.ofMillis(1));
    assertThat(result.unanswered()).isEqualTo(1);
    assertThat(result.latency().count()).isEqualTo(9);
  }

  @Test
  void aSlowAnswerDoesNotHoldUpTheNextOperation() throws InterruptedException {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    OpenLoop.Result result =
        run(
            0,
            index -> {
              if (index == 10) {
                return slow;
              }
              if (index == 40) {
                slow.complete(null);
              }
              return taking(0);
            });
    assertThat(result.lateness().max()).isZero();
    assertThat(result.latency().max()).isCloseTo(30 * MILLISECOND, Percentage.withPercentage(0.2));
  }

  @Test
  void anInterruptEndsTheLoop() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                new OpenLoop(TimeSource.SYSTEM, index -> {})
                    .run(new Schedule(0, 1, 1), 0, index -> new CompletableFuture<>(), SOON))
        .isInstanceOf(InterruptedException.class);
  }
}
