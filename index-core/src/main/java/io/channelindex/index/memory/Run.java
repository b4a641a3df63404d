package io.channelindex.index.memory;

import io.channelindex.storage.Entry;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The rows of one channel in one vbucket, ascending by seqno.
 *
 * <p>Immutable, but that a run and the one that {@linkplain #plus continues} it share an array: the
 * longer one has its rows behind those of the shorter. A run is continued once at most, by one
 * writer, and has to be published safely.
 */
final class Run {
  /** No rows. */
  static final Run EMPTY = new Run(new Entry[0], 0);

  private final Entry[] entries;
  private final int size;

  private Run(Entry[] entries, int size) {
    this.entries = entries;
    this.size = size;
  }

  int size() {
    return size;
  }

  /** For how many rows there is room. */
  int capacity() {
    return entries.length;
  }

  Entry get(int place) {
    return entries[place];
  }

  /**
   * These rows, and after them others.
   *
   * @throws IllegalStateException if those are not ascending, or below these
   */
  Run plus(List<Entry> more) {
    int longer = size + more.size();
    Entry[] into =
        longer <= entries.length
            ? entries
            : Arrays.copyOf(entries, Math.max(longer, size + (size >> 1)));
    long last = size == 0 ? 0 : entries[size - 1].seqno();
    for (int i = 0; i < more.size(); i++) {
      Entry entry = more.get(i);
      if (Long.compareUnsigned(entry.seqno(), last) < 0) {
        throw new IllegalStateException(
            "rows are not ascending: after=" + Long.toUnsignedString(last) + ", entry=" + entry);
      }
      last = entry.seqno();
      into[size + i] = entry;
    }
    return new Run(into, longer);
  }

  /** How many rows there are after a seqno, up to another; unsigned. */
  int count(long since, long upper) {
    return Math.max(0, firstAfter(upper) - firstAfter(since));
  }

  /** Adds the rows after a seqno, up to another, that a filter wants. */
  void collect(long since, long upper, Predicate<Entry> wanted, List<Entry> into) {
    for (int i = firstAfter(since); i < size; i++) {
      Entry entry = entries[i];
      if (Long.compareUnsigned(entry.seqno(), upper) > 0) {
        return;
      }
      if (wanted.test(entry)) {
        into.add(entry);
      }
    }
  }

  private int firstAfter(long seqno) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(entries[middle].seqno(), seqno) > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The newest row of each document; of two with one seqno the one that was added later. */
  Run newest() {
    Set<String> seen = new HashSet<>(2 * size);
    Entry[] kept = new Entry[size];
    int first = size;
    for (int i = size - 1; i >= 0; i--) {
      if (seen.add(entries[i].documentId())) {
        kept[--first] = entries[i];
      }
    }
    return first == 0 && size == entries.length
        ? this
        : new Run(Arrays.copyOfRange(kept, first, size), size - first);
  }
}
