package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import java.util.List;

/**
 * The entries of a block, in the order in which they were indexed: all of them, visible or not.
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

  static BlockEntries of(List<Entry> entries) {
    long bytes = 32;
    for (Entry entry : entries) {
      bytes += ENTRY_BYTES + text(entry.documentId()) + text(entry.revision());
    }
    return new BlockEntries(entries, bytes);
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
