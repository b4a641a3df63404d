package io.channelindex.index.memory;

import io.channelindex.index.write.IndexedChange;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * Rows that are not readable yet, by channel.
 *
 * <p>Confined to one thread.
 */
final class RowBuffer {
  /** The channel that every document is in. */
  static final String EVERYTHING = "*";

  private static final Comparator<Entry> BY_SEQNO =
      (one, other) -> Long.compareUnsigned(one.seqno(), other.seqno());

  private final UnaryOperator<String> names;
  private Map<String, List<Entry>> channels = new HashMap<>();
  private long entryBytes;
  private long rows;

  /**
   * An empty buffer.
   *
   * @param names gives the one object that stands for a channel's name
   */
  RowBuffer(UnaryOperator<String> names) {
    this.names = names;
  }

  boolean isEmpty() {
    return channels.isEmpty();
  }

  Map<String, List<Entry>> channels() {
    return channels;
  }

  /** What the entries take, each counted once. */
  long entryBytes() {
    return entryBytes;
  }

  /** What all of it takes. */
  long bytes() {
    return entryBytes + Footprint.REFERENCE * rows + (long) Footprint.CHANNEL * channels.size();
  }

  /**
   * Adds what a change says to its channels, above a seqno. Channels that are told the same share
   * the entry.
   *
   * @param branches the branch of each seqno
   */
  void add(IndexedChange change, long floor, LongUnaryOperator branches) {
    Entry first = null;
    for (Membership membership : change.memberships()) {
      if (Long.compareUnsigned(membership.seqno(), floor) <= 0) {
        continue;
      }
      Entry entry = first;
      if (entry == null || !saysTheSame(entry, membership)) {
        entry = entry(change, membership, branches);
        entryBytes += Footprint.of(entry);
      }
      if (first == null) {
        first = entry;
      }
      put(membership.channel(), entry);
    }
  }

  private static boolean saysTheSame(Entry entry, Membership membership) {
    return entry.seqno() == membership.seqno()
        && entry.state() == membership.state()
        && entry.revision().equals(membership.revision());
  }

  private static Entry entry(
      IndexedChange change, Membership membership, LongUnaryOperator branches) {
    return new Entry(
        change.documentId(),
        membership.revision(),
        change.vbucket(),
        membership.seqno(),
        branches.applyAsLong(membership.seqno()),
        membership.state());
  }

  /** Adds one row. */
  void add(String channel, Entry entry) {
    entryBytes += Footprint.of(entry);
    put(channel, entry);
  }

  private void put(String channel, Entry entry) {
    List<Entry> entries = channels.get(channel);
    if (entries == null) {
      entries = new ArrayList<>();
      channels.put(names.apply(channel), entries);
    }
    entries.add(entry);
    rows++;
  }

  /** Takes over all that another one has, and leaves it empty. */
  void take(RowBuffer other) {
    if (channels.isEmpty()) {
      channels = other.channels;
    } else {
      other.channels.forEach(
          (channel, more) ->
              channels.merge(
                  channel,
                  more,
                  (mine, theirs) -> {
                    mine.addAll(theirs);
                    return mine;
                  }));
    }
    entryBytes += other.entryBytes;
    rows += other.rows;
    other.clear();
  }

  /** Drops the leavings up to a seqno, unsigned, that changes above it have told of. */
  void dropUpTo(long seqno) {
    channels
        .values()
        .removeIf(
            entries -> {
              entries.removeIf(entry -> isDropped(entry, seqno));
              return entries.isEmpty();
            });
  }

  /** A leaving shares its entry with no other channel: it is older than its document's state. */
  private boolean isDropped(Entry entry, long seqno) {
    if (Long.compareUnsigned(entry.seqno(), seqno) > 0) {
      return false;
    }
    entryBytes -= Footprint.of(entry);
    rows--;
    return true;
  }

  /** Puts the rows of each channel in order; those of one seqno stay as they came. */
  void sort() {
    channels.values().forEach(entries -> entries.sort(BY_SEQNO));
  }

  /** The documents that are known at all. */
  Set<String> documents() {
    Set<String> documents = new HashSet<>();
    for (Entry entry : channels.getOrDefault(EVERYTHING, List.of())) {
      documents.add(entry.documentId());
    }
    return documents;
  }

  void clear() {
    channels = new HashMap<>();
    entryBytes = 0;
    rows = 0;
  }

  /** Whether a change says where its document is as a change has to. */
  static boolean isComplete(IndexedChange change) {
    for (Membership membership : change.memberships()) {
      if (membership.channel().equals(EVERYTHING)
          && membership.seqno() == change.seqno()
          && membership.state() != EntryState.REMOVED) {
        return true;
      }
    }
    return false;
  }
}
