package io.channelindex.server.database;

import io.channelindex.feed.PartitionedFeed;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.sequence.SequenceClock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says when an index that begins empty has all that was in the data bucket when it began: before
 * that, a token from before a restart would have to wait, or go back to the beginning.
 *
 * <p>Confined to one thread.
 */
final class Loading {
  private final ChannelIndex index;
  private final PartitionedFeed feed;
  private @Nullable SequenceClock goal;

  Loading(ChannelIndex index, PartitionedFeed feed) {
    this.index = index;
    this.feed = feed;
  }

  /** What is missing, in words; empty if nothing is. */
  Optional<String> missing() {
    Optional<SequenceClock> high = feed.highSeqnos();
    if (high.isEmpty()) {
      return Optional.of("the data bucket has not said yet how much there is to be read");
    }
    SequenceClock wanted = goal;
    if (wanted == null) {
      wanted = high.get();
      goal = wanted;
    }
    SequenceClock stable = index.stable();
    long left = 0;
    for (int vbucket = 0; vbucket < wanted.vbuckets(); vbucket++) {
      // What was lost meanwhile is not waited for.
      long to = Math.min(wanted.seqno(vbucket), high.get().seqno(vbucket));
      left += Math.max(0, to - stable.seqno(vbucket));
    }
    return left == 0
        ? Optional.empty()
        : Optional.of("the index is being loaded into memory: seqnos left=" + left);
  }
}
