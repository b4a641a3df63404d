package io.channelindex.index.write;

import io.channelindex.storage.BucketFailedException;
import io.channelindex.storage.BucketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Tries again what failed for a reason that may pass, with growing pauses, for as long as the
 * settings say after the first failure. What is tried has to be repeatable as a whole: it looks at
 * what an attempt before may have left.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Retries {
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final Duration retryFor;
  private final Executor serial;
  private final Time time;
  private final WriterCounters counters;
  private long mixed;

  /**
   * Retries of one partition.
   *
   * @param seed spreads the pauses of those who fail at the same time
   */
  Retries(Duration retryFor, Executor serial, Time time, WriterCounters counters, long seed) {
    this.retryFor = retryFor;
    this.serial = serial;
    this.time = time;
    this.counters = counters;
    this.mixed = seed;
  }

  /** The first attempt that succeeds, or the failure that is not worth another. */
  <T> CompletableFuture<T> run(Supplier<CompletionStage<T>> attempt) {
    CompletableFuture<T> result = new CompletableFuture<>();
    new Attempts<>(attempt, result).next();
    return result;
  }

  /** The failure itself, without what stages wrap around it. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private final class Attempts<T> {
    private final Supplier<CompletionStage<T>> attempt;
    private final CompletableFuture<T> result;
    private int failures;
    private long deadline;

    Attempts(Supplier<CompletionStage<T>> attempt, CompletableFuture<T> result) {
      this.attempt = attempt;
      this.result = result;
    }

    void next() {
      try {
        var unused =
            attempt
                .get()
                .whenComplete(
                    (value, failure) -> {
                      if (failure == null) {
                        result.complete(value);
                      } else {
                        failed(cause(failure));
                      }
                    });
      } catch (RuntimeException | Error thrown) {
        // An error too has to be told: whoever waits would wait for ever.
        failed(thrown);
      }
    }

    private void failed(Throwable cause) {
      if (failures++ == 0) {
        deadline = time.nanos() + retryFor.toNanos();
      }
      if (!mayPass(cause) || time.nanos() - deadline >= 0) {
        result.completeExceptionally(cause);
      } else if (cause instanceof WriteConflictException && failures == 1) {
        counters.casRetry();
        serial.execute(this::next);
      } else {
        if (cause instanceof WriteConflictException) {
          counters.casRetry();
        }
        time.after(pause(), () -> serial.execute(this::next));
      }
    }

    private Duration pause() {
      long longest =
          Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures - 1, 10));
      mixed = mixed * 6364136223846793005L + 1442695040888963407L;
      return Duration.ofMillis(longest / 2 + Math.floorMod(mixed >> 33, longest / 2 + 1));
    }
  }

  private static boolean mayPass(Throwable cause) {
    return cause instanceof BucketFailedException
        || cause instanceof BucketTimeoutException
        || cause instanceof WriteConflictException;
  }
}
