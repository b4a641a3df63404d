package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.core.error.RequestCanceledException;
import com.couchbase.client.core.error.TemporaryFailureException;
import com.couchbase.client.core.error.UnambiguousTimeoutException;
import com.couchbase.client.core.msg.CancellationReason;
import com.couchbase.client.core.retry.RetryReason;
import io.channelindex.storage.OperationRunner.Effect;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retries, deadlines and verdicts, on a clock that only waits move. */
class OperationRunnerTest {
  private static final CouchbaseBucketSettings SETTINGS =
      new CouchbaseBucketSettings(
          Duration.ofMillis(1_000),
          Duration.ofMillis(10),
          Duration.ofMillis(300),
          CouchbaseBucketSettings.DEFAULT.durability(),
          2);

  private final ManualTimer timer = new ManualTimer();
  private final OperationRunner runner =
      new OperationRunner(SETTINGS, timer, () -> timer.nanos, () -> 1.0);

  /** Runs what is scheduled at once, and lets the clock say that the time has passed. */
  private static final class ManualTimer extends ScheduledThreadPoolExecutor {
    private final List<Duration> waits = new ArrayList<>();
    private long nanos = Long.MAX_VALUE - 5;

    ManualTimer() {
      super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      waits.add(Duration.of(delay, unit.toChronoUnit()));
      nanos += unit.toNanos(delay);
      task.run();
      return new Done();
    }
  }

  private static final class Done extends CompletableFuture<Object>
      implements ScheduledFuture<Object> {
    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }

  /** Answers from a list; a throwable fails the attempt. */
  private static final class Script implements OperationRunner.Attempt<String> {
    private final Deque<Object> answers;
    private final List<Duration> timeouts = new ArrayList<>();

    Script(Object... answers) {
      this.answers = new ArrayDeque<>(Arrays.asList(answers));
    }

    @Override
    public CompletableFuture<String> start(Duration timeout) {
      timeouts.add(timeout);
      Object answer = answers.size() == 1 ? answers.peek() : answers.poll();
      return answer instanceof Throwable failure
          ? CompletableFuture.failedFuture(failure)
          : CompletableFuture.completedFuture((String) answer);
    }
  }

  @AfterEach
  void stop() {
    runner.close();
    timer.shutdownNow();
  }

  private CompletionStage<String> run(Effect effect, OperationRunner.Attempt<String> attempt) {
    return runner.run("test", effect, "db:key", attempt, OperationRunnerTest::meaning);
  }

  private static @Nullable String meaning(Throwable failure) {
    return failure instanceof DocumentNotFoundException ? "missing" : null;
  }

  private static RequestCanceledException canceled(CancellationReason reason) {
    return new RequestCanceledException("test", reason, null);
  }

  @ParameterizedTest
  @EnumSource
  void anErrorOfTheClientEndsTheOperationAndItsTurn(Effect effect) {
    Throwable broken = new NoClassDefFoundError("test");
    for (int i = 0; i <= SETTINGS.maxUnderWay(); i++) {
      Deque<Throwable> failures = new ArrayDeque<>(List.of(new TemporaryFailureException(null)));
      CompletionStage<String> answer =
          run(
              effect,
              timeout -> {
                if (failures.isEmpty()) {
                  throw new LinkageError("test", broken);
                }
                return CompletableFuture.failedFuture(failures.remove());
              });
      assertThat(answer.toCompletableFuture()).isCompletedExceptionally();
    }
    assertThat(run(effect, new Script("done"))).isCompletedWithValue("done");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsTemporaryIsTriedAgainWithDoubledWaits(Effect effect) {
    Throwable temporary = new TemporaryFailureException(null);
    Throwable busy = canceled(CancellationReason.TOO_MANY_REQUESTS_IN_RETRY);
    Script script = new Script(temporary, busy, temporary, "done");

    assertThat(IndexBucketContract.await(run(effect, script))).isEqualTo("done");

    assertThat(timer.waits)
        .containsExactly(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(40));
    assertThat(script.timeouts)
        .extracting(Duration::toMillis)
        .containsExactly(1_000L, 990L, 970L, 930L);
  }

  /** As the client does while it has no connections to a node that has taken another's place. */
  @ParameterizedTest
  @EnumSource
  void whatTheClientDoesNotKnowWhereToSendIsTriedAgain(Effect effect) {
    Script script = new Script("done");
    AtomicInteger refused = new AtomicInteger(2);

    CompletionStage<String> answer =
        run(
            effect,
            timeout -> {
              if (refused.getAndDecrement() > 0) {
                throw new IllegalStateException("Node not found for request");
              }
              return script.start(timeout);
            });

    assertThat(IndexBucketContract.await(answer)).isEqualTo("done");
    assertThat(timer.waits).containsExactly(Duration.ofMillis(10), Duration.ofMillis(20));
    CompletionStage<String> never =
        run(
            effect,
            timeout -> {
              throw new IllegalStateException("Node not found for request");
            });
    assertThatThrownBy(() -> IndexBucketContract.await(never))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("verdict=TEMPORARY");
  }

  @Test
  void givesUpBeforeTheTimeIsOver() {
    Script script = new Script(new TemporaryFailureException(null));

    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.WRITE, script)))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("operation=test, key=db:key, retries=7, timeout=PT1S")
        .hasMessageContaining("verdict=TEMPORARY")
        .hasCauseInstanceOf(TemporaryFailureException.class);

    // 10 + 20 + 40 + 80 + 160 + 300 + 300 = 910; another 300 would be too late.
    assertThat(timer.waits).hasSize(7).endsWith(Duration.ofMillis(300));
  }

  @Test
  void anAnswerIsNoFailure() {
    Script script = new Script(new DocumentNotFoundException(null));

    assertThat(IndexBucketContract.await(run(Effect.READ, script))).isEqualTo("missing");
  }

  @Test
  void aBrokenConnectionLeavesOpenWhetherAWriteWasDone() {
    Throwable broken =
        canceled(CancellationReason.noMoreRetries(RetryReason.CHANNEL_CLOSED_WHILE_IN_FLIGHT));

    assertThat(IndexBucketContract.await(run(Effect.READ, new Script(broken, "read"))))
        .isEqualTo("read");
    assertThatThrownBy(
            () -> IndexBucketContract.await(run(Effect.WRITE, new Script(broken, "written"))))
        .isExactlyInstanceOf(BucketTimeoutException.class)
        .hasMessageContaining("verdict=UNKNOWN");
  }

  @Test
  void whatTheClientNeverTookWasNotDone() {
    Throwable shutdown = canceled(CancellationReason.SHUTDOWN);
    Throwable invalid = InvalidArgumentException.fromMessage("test");

    // Without a context nobody can tell that nothing was sent.
    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.WRITE, new Script(shutdown))))
        .isExactlyInstanceOf(BucketTimeoutException.class);
    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.WRITE, new Script(invalid))))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("verdict=REFUSED");
    assertThatThrownBy(
            () ->
                IndexBucketContract.await(
                    run(
                        Effect.WRITE,
                        timeout -> {
                          throw InvalidArgumentException.fromMessage("thrown at once");
                        })))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("InvalidArgumentException");
    assertThat(timer.waits).isEmpty();
  }

  @Test
  void timeoutsAreTold() {
    Throwable timeout = new UnambiguousTimeoutException("test", null);

    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.READ, new Script(timeout))))
        .isExactlyInstanceOf(BucketTimeoutException.class);
    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.WRITE, new Script(timeout))))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("verdict=NOT_SENT");
  }

  @Test
  void whatNobodyKnowsIsUnknownForAWriteAndAFailureForARead() {
    Throwable strange = new CouchbaseException("test");

    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.READ, new Script(strange))))
        .isExactlyInstanceOf(BucketFailedException.class);
    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.WRITE, new Script(strange))))
        .isExactlyInstanceOf(BucketTimeoutException.class);
  }

  @Test
  void waitsForItsTurnNoLongerThanItsTime() {
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletionStage<String> one = run(Effect.READ, timeout -> first);
    CompletionStage<String> two = run(Effect.READ, timeout -> new CompletableFuture<>());
    CompletionStage<String> read = run(Effect.READ, new Script("read"));
    CompletionStage<String> write = run(Effect.WRITE, new Script("written"));
    timer.nanos += TimeUnit.MILLISECONDS.toNanos(1_001);

    first.complete("first");

    assertThat(IndexBucketContract.await(one)).isEqualTo("first");
    assertThat(two.toCompletableFuture()).isNotDone();
    assertThatThrownBy(() -> IndexBucketContract.await(read))
        .isExactlyInstanceOf(BucketTimeoutException.class)
        .hasMessageContaining("cause=waited for its turn");
    assertThatThrownBy(() -> IndexBucketContract.await(write))
        .isExactlyInstanceOf(BucketFailedException.class);
    assertThat(IndexBucketContract.await(run(Effect.READ, new Script("next")))).isEqualTo("next");
  }

  @Test
  void closingFailsWhatIsUnderWay() {
    CompletionStage<String> read = run(Effect.READ, timeout -> new CompletableFuture<>());
    CompletionStage<String> write = run(Effect.WRITE, timeout -> new CompletableFuture<>());
    CompletionStage<String> waiting = run(Effect.WRITE, new Script("written"));

    runner.close();

    assertThatThrownBy(() -> IndexBucketContract.await(read))
        .isExactlyInstanceOf(BucketFailedException.class);
    assertThatThrownBy(() -> IndexBucketContract.await(write))
        .isExactlyInstanceOf(BucketTimeoutException.class);
    assertThatThrownBy(() -> IndexBucketContract.await(waiting))
        .isExactlyInstanceOf(BucketFailedException.class);
    assertThatThrownBy(() -> IndexBucketContract.await(run(Effect.READ, new Script("late"))))
        .isExactlyInstanceOf(BucketFailedException.class);
  }
}
