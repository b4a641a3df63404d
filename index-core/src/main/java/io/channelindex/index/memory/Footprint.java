package io.channelindex.index.memory;

import io.channelindex.storage.Entry;

/**
 * What things take on the heap, in bytes: of a 64-bit HotSpot with compressed references, whose
 * objects are multiples of eight.
 */
final class Footprint {
  /** A reference in an array. */
  static final int REFERENCE = 4;

  /** A channel in a vbucket: its place in a hash table, a run, the header of the run's array. */
  static final int CHANNEL = 32 + 8 + 24 + 16;

  private static final int ENTRY = 48;
  private static final int STRING = 24;
  private static final int ARRAY_HEADER = 16;

  private Footprint() {}

  /** An entry with its texts, which no other entry shares. */
  static long of(Entry entry) {
    return ENTRY + of(entry.documentId()) + of(entry.revision());
  }

  /** A text of Latin letters; others take up to twice as much. */
  static long of(String text) {
    return STRING + ((ARRAY_HEADER + (long) text.length() + 7) & ~7L);
  }

  /** The rows of a channel in a vbucket, without the entries. */
  static long of(Run run) {
    return CHANNEL + (long) REFERENCE * run.capacity();
  }
}
