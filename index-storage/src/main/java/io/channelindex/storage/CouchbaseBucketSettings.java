package io.channelindex.storage;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.time.Duration;

/**
 * How the index bucket is spoken to.
 *
 * @param timeout of an operation, its retries and its waiting for a turn included; positive
 * @param backoffMin the wait before the first retry, positive; it doubles from retry to retry
 * @param backoffMax the longest wait between retries, at least {@code backoffMin}
 * @param durability what a write waits for
 * @param maxUnderWay the most operations that are given to the client at a time, at least 1: more
 *     wait for their turn
 */
public record CouchbaseBucketSettings(
    Duration timeout,
    Duration backoffMin,
    Duration backoffMax,
    DurabilityLevel durability,
    int maxUnderWay) {
  /** What a database gets that does not say otherwise; the timeout is the client's own. */
  public static final CouchbaseBucketSettings DEFAULT =
      new CouchbaseBucketSettings(
          Duration.ofMillis(2_500),
          Duration.ofMillis(2),
          Duration.ofMillis(250),
          DurabilityLevel.NONE,
          4_096);

  public CouchbaseBucketSettings {
    requirePositive("timeout", timeout);
    requirePositive("backoffMin", backoffMin);
    if (backoffMax.compareTo(backoffMin) < 0) {
      throw new IllegalArgumentException(
          "backoff out of order: backoffMin=" + backoffMin + ", backoffMax=" + backoffMax);
    }
    if (maxUnderWay < 1) {
      throw new IllegalArgumentException(
          "maxUnderWay out of range: maxUnderWay=" + maxUnderWay + ", min=1");
    }
  }

  /** The same with another timeout. */
  public CouchbaseBucketSettings withTimeout(Duration other) {
    return new CouchbaseBucketSettings(other, backoffMin, backoffMax, durability, maxUnderWay);
  }

  /** The same with another durability. */
  public CouchbaseBucketSettings withDurability(DurabilityLevel other) {
    return new CouchbaseBucketSettings(timeout, backoffMin, backoffMax, other, maxUnderWay);
  }

  /** The same with another limit of operations under way. */
  public CouchbaseBucketSettings withMaxUnderWay(int other) {
    return new CouchbaseBucketSettings(timeout, backoffMin, backoffMax, durability, other);
  }

  private static void requirePositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("not positive: " + name + '=' + duration);
    }
  }
}
