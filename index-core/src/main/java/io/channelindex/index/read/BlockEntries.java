package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a block that were visible when it was read, in the order in which they were
 * indexed: of each document the newest. Whoever has to be told of an earlier one has to be told of
 * that, now or in a round that ends later; and if it is undone, of what comes back (decision 6).
 *
 * @param bytes what they take
 */
record BlockEntries(List<Entry> entries, long bytes) implements Cached {
  /** A block that nobody has written yet. */
  static final BlockEntries NONE = new BlockEntries(List.of(), 16);

  /** An entry with its place in the list: its header and fields. */
  private static final int ENTRY_BYTES = 56;

  /** A text without its characters: two headers, length, hash, padding. */
  private static final int TEXT_BYTES = 44;

  private static final char LAST_LATIN_1 = 0xff;

  /** Of all that are visible in a block. */
  static BlockEntries of(List<Entry> visible) {
    List<Entry> entries = newest(visible);
    long bytes = 32;
    for (Entry entry : entries) {
      bytes += ENTRY_BYTES + text(entry.documentId()) + text(entry.revision());
    }
    return new BlockEntries(entries, bytes);
  }

  private static List<Entry> newest(List<Entry> visible) {
    Map<String, Entry> newest = new HashMap<>(2 * visible.size());
    for (Entry entry : visible) {
      newest.merge(
          entry.documentId(),
          entry,
          (known, next) -> Long.compareUnsigned(next.seqno(), known.seqno()) >= 0 ? next : known);
    }
    if (newest.size() == visible.size()) {
      return visible;
    }
    List<Entry> entries = new ArrayList<>(newest.size());
    for (Entry entry : visible) {
      if (isSame(newest.get(entry.documentId()), entry)) {
        entries.add(entry);
      }
    }
    return entries;
  }

  // An append that was repeated has equal entries twice.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(@Nullable Entry one, Entry other) {
    return one == other;
  }

  /**
   * As virtual machines keep texts: a byte for each character if that is enough for all of them.
   */
  private static long text(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) > LAST_LATIN_1) {
        return TEXT_BYTES + 2L * length;
      }
    }
    return TEXT_BYTES + (long) length;
  }
}
