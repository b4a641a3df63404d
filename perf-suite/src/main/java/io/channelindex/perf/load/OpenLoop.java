package io.channelindex.perf.load;

import io.channelindex.perf.measure.LatencyDistribution;
import io.channelindex.perf.measure.LatencyRecorder;
import io.channelindex.perf.measure.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts operations at times fixed in advance, as independent clients would, and measures each from
 * the time it was due. A target that stalls meets the whole queue that formed meanwhile, and so do
 * the percentiles: there is no coordinated omission.
 *
 * <p>Runs on the caller's thread; completions are recorded on the threads of the target's client.
 */
public final class OpenLoop {
  private final TimeSource time;
  private final IntConsumer listener;
  private final LatencyRecorder answered = new LatencyRecorder();
  private final LatencyRecorder lateness = new LatencyRecorder();
  private final LongAdder failed = new LongAdder();
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

  /**
   * @param time the clock
   * @param listener told of each operation when it starts; must be quick
   */
  public OpenLoop(TimeSource time, IntConsumer listener) {
    this.time = time;
    this.listener = listener;
  }

  /**
   * What an open loop found.
   *
   * @param latency from due to answered, warm-up not included
   * @param lateness from due to started: the share of the latency that the load generator itself
   *     (or a client that blocks) is to blame for
   * @param failed operations that failed
   * @param unanswered operations that were never answered
   * @param firstFailure why the first one failed
   */
  public record Result(
      LatencyDistribution latency,
      LatencyDistribution lateness,
      long failed,
      long unanswered,
      @Nullable Throwable firstFailure) {}

  /**
   * Runs the whole schedule. Operation {@code i} is started on document {@code i}.
   *
   * @param warmUp how many operations at the beginning are not measured
   * @param patience how long to wait for answers after the last operation was due
   * @throws InterruptedException if the thread is interrupted
   */
  public Result run(Schedule schedule, int warmUp, Operation operation, Duration patience)
      throws InterruptedException {
    CountDownLatch outstanding = new CountDownLatch(schedule.operations());
    for (int i = 0; i < schedule.operations(); i++) {
      long due = schedule.due(i);
      boolean measured = i >= warmUp;
      time.sleepUntil(due);
      if (measured) {
        lateness.record(due, time.nanos());
      }
      listener.accept(i);
      begin(operation, i)
          .whenComplete(
              (value, failure) -> {
                ended(due, measured, failure);
                outstanding.countDown();
              });
    }
    boolean all = outstanding.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    long unanswered = all ? 0 : outstanding.getCount();
    return new Result(
        answered.take(), lateness.take(), failed.sum(), unanswered, firstFailure.get());
  }

  private static CompletionStage<?> begin(Operation operation, int index) {
    try {
      return operation.start(index);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void ended(long due, boolean measured, @Nullable Throwable failure) {
    if (failure != null) {
      firstFailure.compareAndSet(null, failure);
      failed.increment();
    } else if (measured) {
      answered.record(due, time.nanos());
    }
  }
}
