package io.channelindex.index.read;

import java.util.Set;

/**
 * What a follower wants to see.
 *
 * @param channels at least one
 * @param since where it begins
 * @param rows which rows
 */
public record FeedRequest(Set<String> channels, Since since, Rows rows) {
  /** Which rows. */
  public enum Rows {
    /** All of them. */
    ALL,
    /** Only those of documents that are in a channel; no removals, no deletions. */
    ACTIVE
  }

  public FeedRequest {
    channels = Set.copyOf(channels);
    if (channels.isEmpty()) {
      throw new IllegalArgumentException("a feed has at least one channel");
    }
  }
}
