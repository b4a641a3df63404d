package io.channelindex.index.read;

import io.channelindex.sequence.SequenceClock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was read for a page and will be wanted for the next one, whoever asks for it: the rows of
 * partitions of an iteration, and how much is left of it. An iteration between fixed clocks on
 * fixed branches does not change once all of it can be read, so nothing here gets old if it is kept
 * only then; what was used longest ago goes first.
 *
 * <p>Thread-safe.
 */
final class IterationCache {
  private static final int OUTLOOKS = 64;

  private final int capacity;
  private final Map<RowsKey, List<FeedRow>> rows = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<OutlookKey, Outlook> outlooks =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<OutlookKey, Outlook> eldest) {
          return size() > OUTLOOKS;
        }
      };
  private int size;

  /** A cache of at most so many rows. */
  IterationCache(int capacity) {
    this.capacity = capacity;
  }

  /**
   * An iteration: its channels, sorted; the digest of its branches; from where it goes to where.
   */
  static final class Key {
    private final List<Channel> channels;
    private final long branches;
    private final SequenceClock since;
    private final SequenceClock upper;

    /** Clocks are long, and an iteration is looked up for each of its partitions. */
    private final int hash;

    Key(List<Channel> channels, long branches, SequenceClock since, SequenceClock upper) {
      this.channels = channels;
      this.branches = branches;
      this.since = since;
      this.upper = upper;
      this.hash = Objects.hash(channels, branches, since, upper);
    }

    List<Channel> channels() {
      return channels;
    }

    SequenceClock since() {
      return since;
    }

    SequenceClock upper() {
      return upper;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Key key
              && hash == key.hash
              && branches == key.branches
              && channels.equals(key.channels)
              && since.equals(key.since)
              && upper.equals(key.upper));
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** How many rows it keeps. */
  int capacity() {
    return capacity;
  }

  private record RowsKey(Key iteration, int partition) {}

  private record OutlookKey(Key iteration, FeedRequest.Rows rows) {}

  synchronized @Nullable List<FeedRow> rows(Key iteration, int partition) {
    return rows.get(new RowsKey(iteration, partition));
  }

  synchronized void keepRows(Key iteration, int partition, List<FeedRow> read) {
    if (read.size() > capacity) {
      return;
    }
    List<FeedRow> replaced = rows.put(new RowsKey(iteration, partition), read);
    // A partition without rows takes room too.
    size += read.size() + 1 - (replaced == null ? 0 : replaced.size() + 1);
    Iterator<List<FeedRow>> oldest = rows.values().iterator();
    while (size > capacity && oldest.hasNext()) {
      size -= oldest.next().size() + 1;
      oldest.remove();
    }
  }

  synchronized @Nullable Outlook outlook(Key iteration, FeedRequest.Rows which) {
    return outlooks.get(new OutlookKey(iteration, which));
  }

  synchronized void keepOutlook(Key iteration, FeedRequest.Rows which, Outlook outlook) {
    outlooks.put(new OutlookKey(iteration, which), outlook);
  }
}
