package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a partition's stable document moved between two looks at it.
 *
 * @param before what was known
 * @param after what is known now
 * @param reach which channels that concerns
 * @param channels the hashes of the channels concerned, if they are {@link Reach#LISTED}
 * @param entries what became readable, by channel, if this process wrote it; null if it has to be
 *     read. Entries that are not readable yet may be among them
 */
record Movement(
    StableDocument before,
    StableDocument after,
    Reach reach,
    Set<Long> channels,
    @Nullable Map<String, List<Entry>> entries) {
  /** Which channels a movement concerns. */
  enum Reach {
    /** Those listed. */
    LISTED,
    /** Any may have new entries: the ring of recent commits does not tell. */
    ALL,
    /** What was readable before is not all true any more: nothing that was read counts. */
    UNDONE
  }

  int partition() {
    return after.partition();
  }

  /** A step forward, or over a rollback. */
  static Movement forward(StableDocument before, StableDocument after) {
    if (!continues(before, after)) {
      return new Movement(before, after, Reach.UNDONE, Set.of(), null);
    }
    long commits = after.commit() - before.commit();
    if (commits > after.recent().size() || mayHaveBeenRepeated(before, after)) {
      return new Movement(before, after, Reach.ALL, Set.of(), null);
    }
    Set<Long> channels = new HashSet<>();
    for (Touched touched : after.recent().subList(0, (int) commits)) {
      if (touched.all()) {
        return new Movement(before, after, Reach.ALL, Set.of(), null);
      }
      channels.addAll(touched.channels());
    }
    return new Movement(before, after, Reach.LISTED, channels, null);
  }

  /** The same, where what became readable is known. */
  Movement with(Map<String, List<Entry>> known) {
    return new Movement(before, after, reach, channels, known);
  }

  /** What became readable in a channel; null if that has to be read. */
  @Nullable List<Entry> entriesOf(String channel) {
    return entries == null || reach == Reach.UNDONE
        ? null
        : entries.getOrDefault(channel, List.of());
  }

  /**
   * Whether some of the commits may not be those that were known under their numbers: a bucket that
   * lost commits has a new owner, who may be past them before anybody looks.
   */
  private static boolean mayHaveBeenRepeated(StableDocument before, StableDocument after) {
    return before.commit() != 0
        && !before.owner().equals(after.owner())
        && !before.vbuckets().equals(after.vbuckets());
  }

  /** A step back that nobody announced. */
  static Movement regression(StableDocument before, StableDocument after) {
    return new Movement(before, after, Reach.UNDONE, Set.of(), null);
  }

  private static boolean continues(StableDocument before, StableDocument after) {
    for (int i = 0; i < before.vbuckets().size(); i++) {
      VbucketState old = before.vbuckets().get(i);
      VbucketState now = after.vbuckets().get(i);
      boolean lower = Long.compareUnsigned(now.stable(), old.stable()) < 0;
      if (lower || !stillTrue(old, now)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether nothing has changed at or below what was stable. The seqno may be true still, and
   * stable again: a rebuild tells of documents that are gone at the seqno that it has come to.
   */
  private static boolean stillTrue(VbucketState old, VbucketState now) {
    long stable = old.stable();
    return stable == 0 || now.history().resumePoint(old.history().current(), stable) == stable;
  }
}
