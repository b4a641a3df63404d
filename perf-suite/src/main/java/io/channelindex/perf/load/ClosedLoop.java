package io.channelindex.perf.load;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a fixed number of operations under way: the next one starts when one ends. This finds the
 * highest throughput; it says nothing about latency, because a slow target slows the load as well.
 *
 * <p>The documents are dealt out to as many lanes as there are to be operations under way. A lane
 * does one operation after the other, therefore two operations on the same document never overlap
 * and each sees the outcome of the one before: assumed by everything that keeps count of versions.
 *
 * <p>A loop is used once: {@link #start}, then {@link #await}; {@link #stop} and {@link #done} may
 * be called from any thread in between. Operations are started from whatever thread completed the
 * one before.
 */
public final class ClosedLoop {
  /** More failures than this end the loop: the target is gone, and the outcome is clear. */
  private static final long MOST_FAILURES = 1_000;

  /** {@link #start}'s passes for a loop that goes on until it is stopped. */
  public static final int ENDLESS = Integer.MAX_VALUE;

  private final int documents;
  private final int lanes;
  private final Operation operation;
  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
  private final CountDownLatch running;
  private volatile boolean stopped;

  /**
   * @param documents how many documents there are; positive
   * @param inFlight how many operations to keep under way; no more than there are documents
   * @param operation what to do to each
   */
  public ClosedLoop(int documents, int inFlight, Operation operation) {
    this.documents = documents;
    this.lanes = Math.min(documents, inFlight);
    this.operation = operation;
    this.running = new CountDownLatch(lanes);
  }

  /** Starts the lanes; each goes through its documents this many times. */
  public void start(int passes) {
    for (int lane = 0; lane < lanes; lane++) {
      new Lane(lane, passes).proceed();
    }
  }

  /** Lets the operations that are under way end and starts no more. */
  public void stop() {
    stopped = true;
  }

  /** How many operations have succeeded so far. */
  public long done() {
    return done.sum();
  }

  /** How many operations have failed so far. */
  public long failed() {
    return failed.sum();
  }

  /** Why the first failed operation failed. */
  public @Nullable Throwable firstFailure() {
    return firstFailure.get();
  }

  /**
   * Waits until no operation is under way, or the time is up.
   *
   * @return whether the loop has ended
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean await(Duration atMost) throws InterruptedException {
    return running.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  private final class Lane {
    private final int first;
    private int index;
    private int passesLeft;

    Lane(int first, int passes) {
      this.first = first;
      this.index = first;
      this.passesLeft = passes;
    }

    /**
     * Goes on in a loop while operations end at once, so that the stack does not grow with them.
     */
    void proceed() {
      while (!stopped && passesLeft > 0) {
        CompletionStage<?> outcome = begin();
        if (!outcome.toCompletableFuture().isDone()) {
          outcome.whenComplete(
              (value, failure) -> {
                ended(failure);
                proceed();
              });
          return;
        }
        outcome.whenComplete((value, failure) -> ended(failure));
      }
      running.countDown();
    }

    private CompletionStage<?> begin() {
      try {
        return operation.start(index);
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    private void ended(@Nullable Throwable failure) {
      if (failure == null) {
        done.increment();
      } else {
        firstFailure.compareAndSet(null, failure);
        failed.increment();
        if (failed.sum() > MOST_FAILURES) {
          stop();
        }
      }
      index += lanes;
      if (index >= documents) {
        index = first;
        passesLeft--;
      }
    }
  }
}
