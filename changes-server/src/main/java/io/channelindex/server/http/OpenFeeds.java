package io.channelindex.server.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The feeds that are open: how many there may be, and whom to tell of the shutdown.
 *
 * <p>Thread-safe.
 */
final class OpenFeeds {
  private final FrontMeters meters;
  private final int max;
  private final AtomicInteger count = new AtomicInteger();
  private final Set<FeedStream> feeds = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  OpenFeeds(FrontMeters meters, int max) {
    this.meters = meters;
    this.max = max;
  }

  /**
   * Takes a feed in.
   *
   * @throws HttpProblem 503 if there is no room
   */
  void add(FeedStream feed) {
    if (count.incrementAndGet() > max) {
      count.decrementAndGet();
      throw HttpProblem.unavailable("too many open feeds: maxOpenFeeds=" + max);
    }
    feeds.add(feed);
    meters.feedOpened(feed.kind());
    if (closing) {
      feed.shutDown();
    }
  }

  /** Forgets a feed. */
  void remove(FeedStream feed) {
    if (feeds.remove(feed)) {
      count.decrementAndGet();
      meters.feedClosed(feed.kind());
    }
  }

  /** Has all feeds end, those that are open and those that are still to come. */
  void shutDown() {
    closing = true;
    feeds.forEach(FeedStream::shutDown);
  }
}
