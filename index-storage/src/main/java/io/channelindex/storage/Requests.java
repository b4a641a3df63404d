package io.channelindex.storage;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What implementations of {@link IndexBucket} require of operations, and how counters read. */
final class Requests {
  /** The most paths of one sub-document operation (kv_engine: PROTOCOL_SUBDOC_MULTI_MAX_PATHS). */
  static final int MAX_PATHS = 16;

  private static final Duration MIN_EXPIRY = Duration.ofSeconds(1);

  private Requests() {}

  static void requireCas(String key, long cas) {
    if (cas == 0) {
      throw new IllegalArgumentException("conditional write without a version: key=" + key);
    }
  }

  static void requireDelta(String key, long delta) {
    if (delta < 1) {
      throw new IllegalArgumentException(
          "delta out of range: key=" + key + ", delta=" + delta + ", min=1");
    }
  }

  static void requireExpiry(String key, Duration expiry) {
    if (expiry.compareTo(MIN_EXPIRY) < 0) {
      throw new IllegalArgumentException(
          "expiry too short: key=" + key + ", expiry=" + expiry + ", min=" + MIN_EXPIRY);
    }
  }

  static void requirePaths(String key, int paths) {
    if (paths < 1 || paths > MAX_PATHS) {
      throw new IllegalArgumentException(
          "paths out of range: key=" + key + ", paths=" + paths + ", min=1, max=" + MAX_PATHS);
    }
  }

  /**
   * The value of a counter's document.
   *
   * @throws BucketFailedException if it is another kind of document
   */
  static long number(String key, byte[] document) {
    try {
      return Long.parseUnsignedLong(new String(document, StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      throw new BucketFailedException("not a counter: key=" + key, e);
    }
  }
}
