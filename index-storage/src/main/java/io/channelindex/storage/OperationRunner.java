package io.channelindex.storage;

import com.couchbase.client.core.error.RequestCanceledException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.msg.CancellationReason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs operations of a client until they have an answer: retries what is temporary, with
 * exponential backoff and jitter, and says of what remains whether it was done.
 *
 * <p>An operation keeps its turn while it waits for a retry, so that a struggling server gets no
 * more work. Its deadline holds from the moment that it was asked for. Attempts end by the timeout
 * that they are given: the client sees to that.
 *
 * <p>Thread-safe.
 */
// What callbacks would throw is completed into the result.
@SuppressWarnings("FutureReturnValueIgnored")
final class OperationRunner {
  /** Whether an operation changes something. */
  enum Effect {
    READ,
    WRITE
  }

  /** One attempt of an operation, with the time that it has. */
  interface Attempt<T> {
    CompletableFuture<T> start(Duration timeout);
  }

  private final CouchbaseBucketSettings settings;
  private final OperationLimiter limiter;
  private final ScheduledExecutorService timer;
  private final LongSupplier nanoTime;
  private final DoubleSupplier jitter;
  private final Set<Operation<?>> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param timer for retries; stays the caller's
   * @param nanoTime as {@link System#nanoTime}
   * @param jitter 0 … 1, at random
   */
  OperationRunner(
      CouchbaseBucketSettings settings,
      ScheduledExecutorService timer,
      LongSupplier nanoTime,
      DoubleSupplier jitter) {
    this.settings = settings;
    this.limiter = new OperationLimiter(settings.maxUnderWay());
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.jitter = jitter;
  }

  /**
   * Runs an operation.
   *
   * @param attempt may itself fail with an {@link IndexStorageException}, which ends the operation
   * @param answer what a failure means that is an answer ("missing"), null for one that is none
   */
  <T> CompletionStage<T> run(
      String name,
      Effect effect,
      String key,
      Attempt<T> attempt,
      Function<Throwable, @Nullable T> answer) {
    Operation<T> operation = new Operation<>(name, effect, key, attempt, answer);
    underWay.add(operation);
    if (closed) {
      operation.abort();
    } else {
      limiter.submit(operation);
    }
    return operation.result;
  }

  /** Fails what is under way, and whatever is still to come. */
  void close() {
    closed = true;
    underWay.forEach(Operation::abort);
  }

  private final class Operation<T> implements Runnable {
    private final String name;
    private final Effect effect;
    private final String key;
    private final Attempt<T> attempt;
    private final Function<Throwable, @Nullable T> answer;
    private final long deadline = nanoTime.getAsLong() + settings.timeout().toNanos();
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private int retries;
    // True from before the client is asked until it is known that the attempt was not done.
    private volatile boolean mayBeDone;

    Operation(
        String name,
        Effect effect,
        String key,
        Attempt<T> attempt,
        Function<Throwable, @Nullable T> answer) {
      this.name = name;
      this.effect = effect;
      this.key = key;
      this.attempt = attempt;
      this.answer = answer;
    }

    @Override
    public void run() {
      long left = deadline - nanoTime.getAsLong();
      if (result.isDone()) {
        end();
      } else if (left <= 0) {
        fail(Verdict.NOT_SENT, null);
      } else {
        begin(Duration.ofNanos(left));
      }
    }

    private void begin(Duration left) {
      mayBeDone = true;
      CompletableFuture<T> started;
      try {
        started = attempt.start(left);
      } catch (IllegalStateException e) {
        // A node has taken another's place, and the client has no connections to it yet: its
        // KeyValueLocator throws "Node not found for request", and nothing was sent.
        failed(Verdict.TEMPORARY, e);
        return;
      } catch (RuntimeException | Error e) {
        // An error too has to be told: the operation would have no end, nor its turn.
        started = CompletableFuture.failedFuture(e);
      }
      started.whenComplete(this::attempted);
    }

    private void attempted(@Nullable T value, @Nullable Throwable wrapped) {
      if (wrapped == null) {
        complete(value);
        return;
      }
      Throwable failure = unwrap(wrapped);
      T meaning = answer.apply(failure);
      if (meaning != null) {
        complete(meaning);
        return;
      }
      if (failure instanceof IndexStorageException) {
        end();
        result.completeExceptionally(failure);
        return;
      }
      failed(Verdict.on(failure), failure);
    }

    private void failed(Verdict verdict, Throwable failure) {
      mayBeDone = verdict == Verdict.UNKNOWN;
      long wait = backoff();
      boolean again =
          verdict == Verdict.TEMPORARY
              || (verdict == Verdict.UNKNOWN && effect == Effect.READ && isCancellation(failure));
      if (again && !closed && wait < deadline - nanoTime.getAsLong()) {
        retries++;
        timer.schedule(this, wait, TimeUnit.NANOSECONDS);
      } else {
        fail(verdict, failure);
      }
    }

    /** In nanoseconds: half of it fixed, so that a retry is never at once. */
    private long backoff() {
      long min = settings.backoffMin().toNanos();
      long max = settings.backoffMax().toNanos();
      long doubled = retries < Long.numberOfLeadingZeros(min) - 1 ? min << retries : max;
      return (long) (Math.min(max, doubled) * (0.5 + jitter.getAsDouble() / 2));
    }

    private void complete(@Nullable T value) {
      end();
      result.complete(value);
    }

    private void fail(Verdict verdict, @Nullable Throwable cause) {
      end();
      boolean timeout = effect == Effect.READ ? hadNoAnswer(cause) : verdict == Verdict.UNKNOWN;
      String message =
          (timeout ? "no answer from the index bucket: " : "the index bucket failed: ")
              + describe()
              + ", verdict="
              + verdict
              + ", cause="
              + (cause == null ? "waited for its turn" : cause.getClass().getSimpleName());
      result.completeExceptionally(
          timeout
              ? new BucketTimeoutException(message, cause)
              : new BucketFailedException(message, cause));
    }

    /** The bucket is closed; the attempt under way may go on and keeps its turn. */
    void abort() {
      underWay.remove(this);
      String message = "the index bucket was closed: " + describe();
      result.completeExceptionally(
          mayBeDone && effect == Effect.WRITE
              ? new BucketTimeoutException(message, null)
              : new BucketFailedException(message, null));
    }

    private void end() {
      underWay.remove(this);
      limiter.done();
    }

    private String describe() {
      return "operation="
          + name
          + ", key="
          + key
          + ", retries="
          + retries
          + ", timeout="
          + settings.timeout();
    }
  }

  private static boolean hadNoAnswer(@Nullable Throwable cause) {
    return cause == null || cause instanceof TimeoutException || isCancellation(cause);
  }

  private static boolean isCancellation(Throwable failure) {
    return failure instanceof RequestCanceledException canceled
        && !CancellationReason.SHUTDOWN.equals(canceled.reason());
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
