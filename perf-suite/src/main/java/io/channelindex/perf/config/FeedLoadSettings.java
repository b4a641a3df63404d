package io.channelindex.perf.config;

import java.time.Duration;

/**
 * What is put on a changes server.
 *
 * @param followers clients that follow a channel each
 * @param followersPerChannel how many of them follow the same one; at most {@code followers}
 * @param rate writes per second
 * @param documents documents that are written again and again; others are written once
 * @param documentBytes bytes of one document's body
 * @param measure how long each measurement takes
 * @param warmUp how long load runs before it is measured
 * @param writer who writes
 * @param indexDocuments documents that are indexed from nothing
 * @param serverHeapMib the heap of the server's process in MiB
 */
public record FeedLoadSettings(
    int followers,
    int followersPerChannel,
    int rate,
    int documents,
    int documentBytes,
    Duration measure,
    Duration warmUp,
    FeedWriter writer,
    int indexDocuments,
    int serverHeapMib) {
  /** What is known of each write is kept in memory. */
  private static final long MOST_WRITES = 50_000_000;

  public FeedLoadSettings {
    Require.range(Setting.FEED_FOLLOWERS, followers, 1, 100_000);
    Require.range(Setting.FEED_PER_CHANNEL, followersPerChannel, 1, followers);
    Require.range(Setting.FEED_RATE, rate, 1, 1_000_000);
    Require.range(Setting.FEED_DOCUMENTS, documents, 1, 10_000_000);
    Require.range(Setting.FEED_DOCUMENT_BYTES, documentBytes, 128, 1 << 20);
    Require.range(Setting.FEED_SECONDS, measure, Duration.ofMillis(100), Duration.ofHours(24));
    Require.range(Setting.FEED_WARM_UP_SECONDS, warmUp, Duration.ZERO, Duration.ofHours(1));
    Require.range(Setting.INDEX_DOCUMENTS, indexDocuments, 1, 100_000_000);
    Require.range(Setting.SERVER_HEAP, serverHeapMib, 64, 1 << 20);
    long writes = measure.plus(warmUp).toMillis() * rate / 1_000;
    if (writes > MOST_WRITES) {
      throw new InvalidSettingException(
          "too many writes: perf.feed-rate="
              + rate
              + ", writes="
              + writes
              + ", maximum="
              + MOST_WRITES);
    }
  }

  /** How many channels there are: enough for every follower. */
  public int channels() {
    return (followers + followersPerChannel - 1) / followersPerChannel;
  }
}
