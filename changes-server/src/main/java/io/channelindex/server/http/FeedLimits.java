package io.channelindex.server.http;

import java.time.Duration;

/**
 * What feeds may ask for and what they may hold.
 *
 * @param defaultTimeout of a longpoll or continuous feed that names none, at most {@code
 *     maxTimeout}
 * @param maxTimeout what longer timeouts are cut to, 1 ms … 1 day
 * @param minHeartbeat what shorter heartbeats are raised to, 1 ms … 1 h
 * @param maxOpenFeeds open at once on both ports together, 1 … 1,000,000
 * @param maxChannels of one feed, 1 … 100,000
 * @param rowsPerPage what a feed reads and sends at once, 1 … 10,000
 * @param documentsPerPage the same with {@code include_docs}, 1 … 1,000; so many bodies a feed
 *     holds at once
 * @param firstRetry the pause after the first failed read of the index, doubled up to {@code
 *     maxRetry}
 * @param maxRetry the longest such pause, at most 10 min
 */
public record FeedLimits(
    Duration defaultTimeout,
    Duration maxTimeout,
    Duration minHeartbeat,
    int maxOpenFeeds,
    int maxChannels,
    int rowsPerPage,
    int documentsPerPage,
    Duration firstRetry,
    Duration maxRetry) {

  // Before the default, whose constructor uses it.
  private static final Duration MILLISECOND = Duration.ofMillis(1);

  /** As Sync Gateway has them, where it has them. */
  public static final FeedLimits DEFAULT =
      new FeedLimits(
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofSeconds(1),
          20_000,
          1_000,
          100,
          16,
          Duration.ofMillis(100),
          Duration.ofSeconds(5));

  public FeedLimits {
    Requirement.between("maxTimeout", maxTimeout, MILLISECOND, Duration.ofDays(1));
    Requirement.between("defaultTimeout", defaultTimeout, MILLISECOND, maxTimeout);
    Requirement.between("minHeartbeat", minHeartbeat, MILLISECOND, Duration.ofHours(1));
    Requirement.between("maxOpenFeeds", maxOpenFeeds, 1, 1_000_000);
    Requirement.between("maxChannels", maxChannels, 1, 100_000);
    Requirement.between("rowsPerPage", rowsPerPage, 1, 10_000);
    Requirement.between("documentsPerPage", documentsPerPage, 1, 1_000);
    Requirement.between("maxRetry", maxRetry, MILLISECOND, Duration.ofMinutes(10));
    Requirement.between("firstRetry", firstRetry, MILLISECOND, maxRetry);
  }
}
