package io.channelindex.feed;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the changes come from and how.
 *
 * @param connectionString as the Couchbase clients take it
 * @param username of a user that may stream the bucket
 * @param password its password
 * @param bucket the data bucket
 * @param bufferBytes how much the data service sends before it waits for acknowledgement, per
 *     connection; 64 KiB to 1 GiB
 * @param persistencePolling how often to ask what is persisted, where changes are to be held back
 *     until they are persisted on every replica (F3), at least a millisecond; null to deliver them
 *     at once
 * @param backoffMin the wait after a first failure, at least a millisecond
 * @param backoffMax the longest wait, at least {@code backoffMin}
 */
public record FeedSettings(
    String connectionString,
    String username,
    String password,
    String bucket,
    int bufferBytes,
    @Nullable Duration persistencePolling,
    Duration backoffMin,
    Duration backoffMax) {
  private static final int MIN_BUFFER_BYTES = 64 << 10;
  private static final int MAX_BUFFER_BYTES = 1 << 30;

  public FeedSettings {
    if (bufferBytes < MIN_BUFFER_BYTES || bufferBytes > MAX_BUFFER_BYTES) {
      throw new IllegalArgumentException(
          "bufferBytes out of range: bufferBytes="
              + bufferBytes
              + ", min="
              + MIN_BUFFER_BYTES
              + ", max="
              + MAX_BUFFER_BYTES);
    }
    if (persistencePolling != null && persistencePolling.toMillis() < 1) {
      throw new IllegalArgumentException(
          "persistencePolling out of range: persistencePolling="
              + persistencePolling
              + ", min=PT0.001S");
    }
    if (backoffMin.toMillis() < 1 || backoffMin.compareTo(backoffMax) > 0) {
      throw new IllegalArgumentException(
          "backoff out of range: backoffMin="
              + backoffMin
              + ", backoffMax="
              + backoffMax
              + ", min=PT0.001S");
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "feed of bucket=" + bucket + " at " + connectionString + " as " + username;
  }
}
