package io.channelindex.storage.clocks;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.BucketTimeoutException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.clocks.Update.Outcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An advance under way: one operation after the other until there is an outcome. Counts them, and
 * takes care that whatever happens completes the answer.
 *
 * <p>There is no limit to conflicts, of which each means that another writer got on; but to answers
 * that are lost in a row.
 *
 * <p>Each step happens after the one before, on threads of the executor.
 */
// What callbacks would throw is completed into the result.
@SuppressWarnings("FutureReturnValueIgnored")
final class Advance {
  private static final int MOST_LOST_ANSWERS = 8;

  private final int partition;
  private final long epoch;
  private final long[] seqnos;
  private final Executor executor;
  private final CompletableFuture<Update> result = new CompletableFuture<>();
  private int attempts;
  private int operations;
  private int lostAnswers;
  private long bytes;

  Advance(PartitionMap map, int partition, long epoch, long[] seqnos, Executor executor) {
    int vbuckets = map.size(partition);
    if (seqnos.length != vbuckets) {
      throw new IllegalArgumentException(
          "clocks of different shape: partition="
              + partition
              + ", vbuckets="
              + seqnos.length
              + ", expected="
              + vbuckets);
    }
    if (epoch == 0) {
      throw new IllegalArgumentException("no epoch: partition=" + partition + ", epoch=0");
    }
    this.partition = partition;
    this.epoch = epoch;
    this.seqnos = seqnos.clone();
    this.executor = executor;
  }

  int partition() {
    return partition;
  }

  long epoch() {
    return epoch;
  }

  /** What to advance to; not to be changed. */
  long[] seqnos() {
    return seqnos;
  }

  /** Completes when nothing is under way any more. */
  CompletableFuture<Update> result() {
    return result;
  }

  /** The result for the caller, whose hands it cannot be completed by. */
  CompletionStage<Update> answer() {
    return result.minimalCompletionStage();
  }

  void end(Outcome outcome) {
    result.complete(new Update(outcome, attempts, operations, bytes));
  }

  /** Goes on with what was read. */
  void read(
      CompletionStage<Optional<Versioned<byte[]>>> reading,
      Consumer<Optional<Versioned<byte[]>>> next) {
    operations++;
    reading.thenAcceptAsync(next, executor).whenComplete((nothing, failure) -> failIfAny(failure));
  }

  /**
   * Goes on with the answer to a write.
   *
   * @param sent how many bytes it sends
   * @param unknown goes on if it may have been done
   */
  void write(
      int sent,
      CompletionStage<WriteResult> writing,
      Consumer<WriteResult> answered,
      Runnable unknown) {
    attempts++;
    operations++;
    bytes += sent;
    writing
        .handleAsync(
            (answer, failure) -> {
              if (failure == null) {
                lostAnswers = 0;
                answered.accept(answer);
              } else if (cause(failure) instanceof BucketTimeoutException
                  && ++lostAnswers < MOST_LOST_ANSWERS) {
                unknown.run();
              } else {
                failIfAny(failure);
              }
              return answer;
            },
            executor)
        .whenComplete((answer, failure) -> failIfAny(failure));
  }

  private void failIfAny(@Nullable Throwable failure) {
    if (failure != null) {
      result.completeExceptionally(cause(failure));
    }
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
