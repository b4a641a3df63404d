package io.channelindex.storage;

import java.util.Random;
import java.util.function.Predicate;

/**
 * A rule of {@link InMemoryIndexBucket}: what goes wrong with which operations, how often.
 *
 * <pre>{@code
 * BucketFault lost =
 *     bucket.inject(
 *         BucketFault.of(Action.LOSE_ANSWER)
 *             .on(Operation.REPLACE)
 *             .where(key -> key.startsWith("db:head:"))
 *             .times(1));
 * ...
 * assertThat(lost.hits()).isEqualTo(1);
 * }</pre>
 *
 * <p>Configured before it is injected; thread-safe after that.
 */
public final class BucketFault {
  /** What goes wrong. */
  public enum Action {
    /** Not done, and the answer says so: {@link BucketFailedException}. */
    FAIL,
    /** Done, but the answer is {@link BucketTimeoutException}. */
    LOSE_ANSWER,
    /** Not done, and the answer is {@link BucketTimeoutException}. */
    TIME_OUT,
    /** Neither done nor answered until {@link InMemoryIndexBucket#release}. */
    HOLD,
    /** Done at once, answered at {@link InMemoryIndexBucket#release}. */
    HOLD_ANSWER,
    /**
     * Answered at once with {@link BucketTimeoutException}, and done nevertheless at {@link
     * InMemoryIndexBucket#release}: the late write of an owner that gave up.
     */
    DO_LATE
  }

  private final Action action;
  private Predicate<InMemoryIndexBucket.Operation> operations = operation -> true;
  private Predicate<String> keys = key -> true;
  private Predicate<Random> chance = random -> true;
  private Random random = new Random(0);
  private long left = Long.MAX_VALUE;
  private long passes;
  private long hits;

  private BucketFault(Action action) {
    this.action = action;
  }

  /** A fault of every operation. */
  public static BucketFault of(Action action) {
    return new BucketFault(action);
  }

  /** Only of operations of one kind. */
  public BucketFault on(InMemoryIndexBucket.Operation operation) {
    return on(other -> other == operation);
  }

  /** Only of these kinds of operations. */
  public BucketFault on(Predicate<InMemoryIndexBucket.Operation> kinds) {
    operations = kinds;
    return this;
  }

  /** Only with these keys. */
  public BucketFault where(Predicate<String> matching) {
    keys = matching;
    return this;
  }

  /** Only so many times, then never again. */
  public BucketFault times(long most) {
    left = most;
    return this;
  }

  /** Not for the first so many that match. */
  public BucketFault after(long operationsThatPass) {
    passes = operationsThatPass;
    return this;
  }

  /**
   * Only now and then.
   *
   * @param probability 0 … 1
   * @param source seeded by the test, which prints the seed; used under this fault's lock
   */
  public BucketFault withProbability(double probability, Random source) {
    random = source;
    chance = dice -> dice.nextDouble() < probability;
    return this;
  }

  /** How often it struck. */
  public synchronized long hits() {
    return hits;
  }

  /** Never again. */
  public synchronized void stop() {
    left = 0;
  }

  Action action() {
    return action;
  }

  /** Whether it strikes this operation; counts it if so. */
  synchronized boolean strikes(InMemoryIndexBucket.Operation operation, String key) {
    if (left == 0 || !operations.test(operation) || !keys.test(key)) {
      return false;
    }
    if (passes > 0) {
      passes--;
      return false;
    }
    if (!chance.test(random)) {
      return false;
    }
    left--;
    hits++;
    return true;
  }
}
