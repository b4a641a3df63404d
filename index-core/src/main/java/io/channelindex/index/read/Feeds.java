package io.channelindex.index.read;

import io.channelindex.sequence.token.TokenStrategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The feeds that somebody follows, one per set of channels.
 *
 * <p>Thread-safe.
 */
final class Feeds {
  private final Tails tails;
  private final TokenStrategy tokens;
  private final SliceReader reader;
  private final IterationCache cache;
  private final Executor executor;
  private final ReadCounters counters;

  /** Guarded by itself. */
  private final Map<Set<String>, Shared> feeds = new HashMap<>();

  private static final class Shared {
    final Feed feed;
    int users;

    Shared(Feed feed) {
      this.feed = feed;
    }
  }

  Feeds(
      Tails tails,
      TokenStrategy tokens,
      SliceReader reader,
      IterationCache cache,
      Executor executor,
      ReadCounters counters) {
    this.tails = tails;
    this.tokens = tokens;
    this.reader = reader;
    this.cache = cache;
    this.executor = executor;
    this.counters = counters;
  }

  /** The feed of some channels, until {@link #release}. */
  Feed acquire(Set<String> channels) {
    synchronized (feeds) {
      Shared shared = feeds.computeIfAbsent(channels, set -> new Shared(open(set)));
      shared.users++;
      return shared.feed;
    }
  }

  private Feed open(Set<String> channels) {
    List<Tail> acquired = new ArrayList<>(channels.size());
    channels.stream().sorted().forEach(channel -> acquired.add(tails.acquire(channel)));
    return new Feed(acquired, tokens, reader, cache, executor, counters);
  }

  /** The feed is followed by one less. */
  void release(Set<String> channels) {
    synchronized (feeds) {
      Shared shared = feeds.get(channels);
      if (shared == null || --shared.users > 0) {
        return;
      }
      feeds.remove(channels);
      shared.feed.tails().forEach(tails::release);
    }
  }
}
