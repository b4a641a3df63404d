package io.channelindex.storage.clocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.clocks.Update.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sixteen processes advance four partitions in different epochs, several of the same among them,
 * while answers get lost and writes are done late. One thread does everything, and dice decide
 * which of the steps that could come next does.
 *
 * <p>The model is what anybody may know: what was asked for and in which epoch, and what was
 * answered. After every step the clock, read from a copy of the bucket, is compared with it.
 */
final class ClockHistory {
  private static final PartitionMap MAP = new PartitionMap(10, 4);
  private static final IndexKeys KEYS = new IndexKeys("db");
  private static final int WRITERS = 16;
  private static final int ADVANCES = 160;
  private static final int READS = 40;

  private final ClockStrategy strategy;
  private final Random dice;
  private final List<Runnable> turns = new ArrayList<>();
  private final InMemoryIndexBucket bucket;
  private final List<SharedClock> processes = new ArrayList<>();
  private final long[] epochs = new long[WRITERS];
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();

  // The model. Every seqno is asked for once, so that it tells who asked.
  private final Map<Long, Long> epochOfSeqno = new HashMap<>();
  private final long[] fence = new long[MAP.partitions()];
  private final long[] highestEpoch = new long[MAP.partitions()];
  private final long[] reached = new long[MAP.vbuckets()];
  private SequenceClock state = SequenceClock.zero(MAP.vbuckets());
  private long lastSeqno;
  private boolean faulty = true;
  private int underWay;

  ClockHistory(ClockStrategy strategy, long seed) {
    this.strategy = strategy;
    this.dice = new Random(seed);
    Executor someTime = turns::add;
    this.bucket = new InMemoryIndexBucket(someTime);
    for (int writer = 0; writer < WRITERS; writer++) {
      processes.add(strategy.open(bucket, KEYS, "history", MAP, someTime));
      epochs[writer] = 1L + dice.nextInt(3);
    }
  }

  void run() {
    for (Action action :
        List.of(Action.LOSE_ANSWER, Action.TIME_OUT, Action.DO_LATE, Action.HOLD, Action.FAIL)) {
      bucket.inject(BucketFault.of(action).on(Operation::isWrite).withProbability(0.05, dice));
    }
    bucket.inject(BucketFault.of(Action.FAIL).withProbability(0.02, dice));
    int advances = 0;
    int reads = 0;
    while (advances < ADVANCES || reads < READS) {
      int choice = dice.nextInt(100);
      if (choice < 12 && advances < ADVANCES) {
        advances++;
        advance(dice.nextInt(WRITERS));
      } else if (choice < 16 && reads < READS) {
        reads++;
        read(processes.get(dice.nextInt(WRITERS)));
      } else if (choice < 18) {
        bucket.release();
      } else {
        step();
      }
    }
    settle();
    bucket.close();
  }

  /** Without faults everything comes to an end, and every last owner is heard. */
  private void settle() {
    bucket.clearFaults();
    finish();
    faulty = false;
    for (int writer = 0; writer < WRITERS; writer++) {
      advance(writer);
      finish();
    }
    assertThat(fence).isEqualTo(highestEpoch);
  }

  private void finish() {
    do {
      bucket.release();
      while (!turns.isEmpty()) {
        step();
      }
    } while (bucket.heldCount() > 0);
    assertThat(underWay).isZero();
  }

  private void step() {
    if (turns.isEmpty()) {
      return;
    }
    int next = dice.nextInt(turns.size());
    Runnable turn = turns.set(next, turns.get(turns.size() - 1));
    turns.remove(turns.size() - 1);
    turn.run();
    check();
  }

  private void advance(int writer) {
    int partition = writer % MAP.partitions();
    long epoch = epochs[writer];
    long[] seqnos = new long[MAP.size(partition)];
    for (int i = 0; i < seqnos.length; i++) {
      if (dice.nextInt(4) > 0) {
        seqnos[i] = ++lastSeqno;
        epochOfSeqno.put(seqnos[i], epoch);
      }
    }
    boolean isFenced = fence[partition] > epoch;
    highestEpoch[partition] = Math.max(highestEpoch[partition], epoch);
    underWay++;
    watch(
        processes.get(writer).advance(partition, epoch, seqnos),
        update -> {
          if (isFenced) {
            assertThat(update.outcome()).isEqualTo(Outcome.FENCED);
          } else if (update.outcome() == Outcome.REACHED) {
            fence[partition] = Math.max(fence[partition], epoch);
            for (int i = 0; i < seqnos.length; i++) {
              int vbucket = MAP.first(partition) + i;
              reached[vbucket] = Math.max(reached[vbucket], seqnos[i]);
            }
          } else {
            assertThat(highestEpoch[partition]).as("who fenced it").isGreaterThan(epoch);
          }
        });
  }

  private void read(SharedClock process) {
    SequenceClock before = state;
    underWay++;
    watch(
        process.read(),
        seen -> {
          assertThat(seen.covers(before)).as("before=%s, seen=%s", before, seen).isTrue();
          assertThat(now().covers(seen)).as("seen=%s, now=%s", seen, now()).isTrue();
        });
  }

  /** Checks an answer; what fails is thrown by the step that it came in. */
  private <T> void watch(CompletionStage<T> stage, Consumer<T> check) {
    CompletableFuture<Void> checked =
        stage
            .toCompletableFuture()
            .handle(
                (value, failure) -> {
                  underWay--;
                  if (failure == null) {
                    check.accept(value);
                  } else {
                    assertThat(faulty).as("failure without a fault: %s", failure).isTrue();
                    assertThat(cause(failure)).isInstanceOf(IndexStorageException.class);
                  }
                  return null;
                });
    answers.add(checked);
  }

  /** Compares what the clock is with what it was and may be. */
  private void check() {
    answers.removeIf(
        answer -> {
          if (answer.isDone()) {
            answer.join();
          }
          return answer.isDone();
        });
    SequenceClock now = now();
    assertThat(now.covers(state)).as("never goes back: %s, %s", state, now).isTrue();
    now.forEachAfter(
        state,
        vbucket -> {
          Long epoch = epochOfSeqno.get(now.seqno(vbucket));
          assertThat(epoch).as("somebody asked for %s", now).isNotNull();
          assertThat(epoch)
              .as("vbucket=%s moved by an owner that is fenced", vbucket)
              .isGreaterThanOrEqualTo(fence[MAP.partitionOf(vbucket)]);
        });
    assertThat(now.covers(SequenceClock.of(reached))).as("what was answered stays").isTrue();
    state = now;
  }

  private SequenceClock now() {
    try (InMemoryIndexBucket copy = new InMemoryIndexBucket(Runnable::run)) {
      copy.restore(bucket.snapshot());
      return strategy
          .open(copy, KEYS, "history", MAP, Runnable::run)
          .read()
          .toCompletableFuture()
          .join();
    }
  }

  private static @Nullable Throwable cause(Throwable failure) {
    return failure instanceof CompletionException ? failure.getCause() : failure;
  }
}
