package io.channelindex.storage.clocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.BucketFailedException;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.BucketTimeoutException;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.clocks.Update.Outcome;
import io.channelindex.storage.format.UnreadableDocumentException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract in memory, and what becomes of faults. */
class SharedClockTest extends SharedClockContract {
  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket();

  @Override
  InMemoryIndexBucket bucket() {
    return bucket;
  }

  @AfterEach
  void closeBucket() {
    bucket.close();
  }

  private BucketFault onWrites(Action action) {
    return bucket.inject(BucketFault.of(action).on(Operation::isWrite));
  }

  @ParameterizedTest
  @EnumSource
  void lostAnswersAreFoundOut(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    for (long seqno = 1; seqno <= 3; seqno++) {
      onWrites(Action.LOSE_ANSWER).times(1);
      onWrites(Action.TIME_OUT).times(2);

      Update update = await(clock.advance(0, 1, seqno, 10 + seqno));

      assertThat(update.outcome()).isEqualTo(Outcome.REACHED);
      assertThat(update.attempts()).isBetween(1, 4);
      assertThat(await(clock.read()).seqno(1)).isEqualTo(10 + seqno);
      bucket.clearFaults();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWriteThatIsDoneLateTakesNothingBack(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    await(clock.advance(0, 1, 1, 1));
    onWrites(Action.DO_LATE).times(1);
    await(clock.advance(0, 1, 2, 2));
    await(clock.advance(0, 1, 3, 3));

    assertThat(bucket.release()).isEqualTo(1);

    // The bucket has one thread: what was released is done before this read.
    assertThat(await(clock.read())).isEqualTo(SequenceClock.of(3, 3, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(await(clock.advance(0, 1, 4, 4)).outcome()).isEqualTo(Outcome.REACHED);
  }

  @ParameterizedTest
  @EnumSource
  void aZombiesLateWriteMovesNothing(ClockStrategy strategy) {
    SharedClock zombie = open(strategy);
    await(zombie.advance(0, 1, 1, 1));
    onWrites(Action.HOLD).times(1);
    CompletionStage<Update> late = zombie.advance(0, 1, 9, 9);
    Awaitility.await().until(() -> bucket.heldCount() == 1);
    await(open(strategy).advance(0, 2, 0, 5));

    bucket.release();

    assertThat(await(late).outcome()).isEqualTo(Outcome.FENCED);
    assertThat(await(zombie.read())).isEqualTo(SequenceClock.of(1, 5, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void aBucketThatNeverAnswersEndsInATimeout(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    BucketFault fault = onWrites(Action.TIME_OUT);

    assertThatThrownBy(() -> await(clock.advance(0, 1, 1, 1)))
        .hasCauseInstanceOf(BucketTimeoutException.class);

    assertThat(fault.hits()).isEqualTo(8);
    fault.stop();
    assertThat(await(clock.advance(0, 1, 1, 1)).outcome()).isEqualTo(Outcome.REACHED);
  }

  @ParameterizedTest
  @EnumSource
  void failuresArePassedOnAndTheNextAdvanceIsAnother(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    await(clock.advance(0, 1, 1, 1));
    onWrites(Action.FAIL).times(1);
    CompletionStage<Update> failing = clock.advance(0, 1, 2, 2);
    assertThatThrownBy(() -> await(failing)).hasCauseInstanceOf(BucketFailedException.class);
    assertThat(await(clock.read()).seqno(0)).isEqualTo(1);

    assertThat(await(clock.advance(0, 1, 2, 2)).outcome()).isEqualTo(Outcome.REACHED);

    bucket.inject(BucketFault.of(Action.FAIL).on(Operation.GET).times(1));
    assertThatThrownBy(() -> await(clock.read())).hasCauseInstanceOf(BucketFailedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void anUnreadableDocumentIsAFailureAndStaysAsItIs(ClockStrategy strategy) {
    byte[] garbage = "garbage".getBytes(StandardCharsets.US_ASCII);
    await(open(strategy).advance(0, 1, 1, 1));
    String key = bucket.keys().iterator().next();
    bucket.poke(key, garbage);

    for (CompletionStage<?> stage :
        new CompletionStage<?>[] {open(strategy).read(), open(strategy).advance(0, 1, 1, 1)}) {
      assertThatThrownBy(() -> await(stage))
          .hasCauseInstanceOf(UnreadableDocumentException.class)
          .hasMessageContaining("key=" + key);
    }
    assertThat(bucket.peek(key)).isEqualTo(garbage);
  }

  @ParameterizedTest
  @EnumSource
  void anExecutorThatIsGoneIsAFailure(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    executor.shutdownNow();

    assertThatThrownBy(() -> await(clock.advance(0, 1, 1, 1)))
        .hasMessageContaining("RejectedExecution");
  }
}
