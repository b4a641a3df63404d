package io.channelindex.storage.clocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.clocks.Update.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every strategy does, on any bucket. */
abstract class SharedClockContract {
  /** Partitions of 2, 3, 2 and 3 vbuckets. */
  static final PartitionMap MAP = new PartitionMap(10, 4);

  private static final IndexKeys KEYS = new IndexKeys("db");

  final ExecutorService executor = Executors.newFixedThreadPool(3);
  final String name = "t" + UUID.randomUUID();

  abstract IndexBucket bucket();

  @AfterEach
  void stopExecutor() {
    executor.shutdownNow();
  }

  /** One more instance of the test's clock, as another process would have it. */
  SharedClock open(ClockStrategy strategy) {
    return strategy.open(bucket(), KEYS, name, MAP, executor);
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static Outcome advance(SharedClock clock, int partition, long epoch, long... seqnos) {
    return await(clock.advance(partition, epoch, seqnos)).outcome();
  }

  @ParameterizedTest
  @EnumSource
  void beginsAtZeroAndReadsWhatWasAdvanced(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    assertThat(await(clock.read())).isEqualTo(SequenceClock.zero(10));

    assertThat(advance(clock, 1, 1, 5, 0, 7)).isEqualTo(Outcome.REACHED);
    assertThat(advance(clock, 3, 9, 1, 1L << 60, -1)).isEqualTo(Outcome.REACHED);

    SequenceClock expected = SequenceClock.of(0, 0, 5, 0, 7, 0, 0, 1, 1L << 60, -1);
    assertThat(await(clock.read())).isEqualTo(expected);
    assertThat(await(open(strategy).read())).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void neverGoesBack(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    advance(clock, 1, 1, 5, 6, 7);

    assertThat(advance(clock, 1, 1, 9, 0, 1)).isEqualTo(Outcome.REACHED);
    assertThat(advance(open(strategy), 1, 1, 2, 8, 0)).isEqualTo(Outcome.REACHED);
    assertThat(advance(clock, 1, 1, 0, 0, 0)).isEqualTo(Outcome.REACHED);
    assertThat(advance(clock, 1, 2, 1, 1, 1)).isEqualTo(Outcome.REACHED);

    assertThat(await(clock.read())).isEqualTo(SequenceClock.of(0, 0, 9, 8, 7, 0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void aNewOwnerFencesTheOneBefore(ClockStrategy strategy) {
    SharedClock old = open(strategy);
    SharedClock young = open(strategy);
    advance(old, 0, 1, 3, 3);
    advance(old, 1, 1, 3, 3, 3);

    assertThat(advance(young, 0, 2, 0, 0)).isEqualTo(Outcome.REACHED);

    assertThat(advance(old, 0, 1, 8, 8)).isEqualTo(Outcome.FENCED);
    assertThat(advance(young, 0, 1, 8, 8)).isEqualTo(Outcome.FENCED);
    assertThat(advance(old, 1, 1, 4, 4, 4)).as("another partition").isEqualTo(Outcome.REACHED);
    assertThat(advance(young, 0, 2, 4, 4)).isEqualTo(Outcome.REACHED);
    assertThat(await(old.read())).isEqualTo(SequenceClock.of(4, 4, 4, 4, 4, 0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void anOwnerWhomNobodyIsInTheWayOfNeedsOneOperation(ClockStrategy strategy) {
    SharedClock clock = open(strategy);
    Update first = await(clock.advance(2, 1, 1, 1));
    Update second = await(clock.advance(2, 1, 2, 2));
    Update third = await(clock.advance(2, 1, 3, 1));

    assertThat(List.of(first.attempts(), first.operations())).containsExactly(1, 2);
    assertThat(List.of(second.attempts(), second.operations())).containsExactly(1, 1);
    assertThat(List.of(third.attempts(), third.operations())).containsExactly(1, 1);
    assertThat(List.of(first.bytes(), second.bytes(), third.bytes()))
        .allMatch(bytes -> bytes > 10 && bytes < 100);
  }

  @ParameterizedTest
  @EnumSource
  void ownersAreInEachOthersWayInOneDocumentOnly(ClockStrategy strategy) {
    SharedClock one = open(strategy);
    SharedClock other = open(strategy);
    advance(one, 0, 1, 1, 1);
    advance(other, 2, 1, 1, 1);

    int attempts = await(one.advance(0, 1, 2, 2)).attempts();

    assertThat(attempts).isEqualTo(strategy == ClockStrategy.SINGLE_DOCUMENT ? 2 : 1);
  }

  @ParameterizedTest
  @EnumSource
  void sixteenWritersOfTheSamePartitionsLoseNothing(ClockStrategy strategy) {
    List<CompletableFuture<Update>> updates = new ArrayList<>();
    for (int writer = 0; writer < 16; writer++) {
      SharedClock clock = open(strategy);
      for (int round = 1; round <= 20; round++) {
        // Only one of the writers says the highest seqno of each vbucket.
        long[] seqnos = new long[3];
        seqnos[writer % 3] = round * 100L + writer;
        updates.add(clock.advance(1, 1, seqnos).toCompletableFuture());
      }
    }

    assertThat(updates).allMatch(update -> await(update).outcome() == Outcome.REACHED);
    assertThat(await(open(strategy).read()))
        .isEqualTo(SequenceClock.of(0, 0, 2015, 2013, 2014, 0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatCannotBeAsked(ClockStrategy strategy) {
    SharedClock clock = open(strategy);

    assertThatThrownBy(() -> clock.advance(4, 1, 1, 1, 1)).hasMessageContaining("partition=4");
    assertThatThrownBy(() -> clock.advance(-1, 1, 1)).hasMessageContaining("partition=-1");
    assertThatThrownBy(() -> clock.advance(1, 0, 1, 1, 1)).hasMessageContaining("epoch=0");
    assertThatThrownBy(() -> clock.advance(1, 1, 1, 1))
        .hasMessageContaining("vbuckets=2, expected=3");
  }
}
