package io.channelindex.index.read;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The feed of channels that change.
 *
 * <p>Thread-safe.
 */
final class FollowedChannels {
  private final Feeds feeds;

  /** Guarded by {@code this}. */
  private @Nullable Set<String> channels;

  private @Nullable Feed feed;
  private boolean closed;

  FollowedChannels(Feeds feeds) {
    this.feeds = feeds;
  }

  /** The feed of these channels, until it is asked for others, or for none. */
  synchronized Feed of(Set<String> wanted) {
    if (closed) {
      throw new IllegalStateException("the follower is closed");
    }
    if (feed == null || !wanted.equals(channels)) {
      Set<String> acquired = Set.copyOf(wanted);
      Feed next = feeds.acquire(acquired);
      none();
      channels = acquired;
      feed = next;
    }
    return feed;
  }

  /** Lets go of the channels. */
  synchronized void none() {
    if (channels != null) {
      feeds.release(channels);
      channels = null;
      feed = null;
    }
  }

  /** The tails of the channels of now; the same list as long as the channels are the same. */
  synchronized List<Tail> tails() {
    return feed == null ? List.of() : feed.tails();
  }

  synchronized void close() {
    closed = true;
    none();
  }
}
