package io.channelindex.storage.format;

import java.util.Arrays;

/**
 * The words of a block, each once, and how often it is there: open addressing with linear probing,
 * at most half full.
 *
 * <p>Words are there twice because people write them (cities, names, states), not because they are
 * long: a column is written by numbers of words if that seems shorter than its letters, as {@link
 * HuffmanCode} would write them. It seems so by rules of thumb, which cost a little where they are
 * wrong.
 *
 * <p>Confined to one thread.
 */
final class WordTable {
  // Of a letter in a Huffman code, and of a word's length in a Rice code.
  private static final double BITS_PER_LETTER = 4.3;
  private static final double BITS_PER_LENGTH = 2.6;

  private final byte[] bytes;
  private int[] slots = new int[64];
  private int[] from = new int[32];
  private int[] to = new int[32];
  private int[] hashes = new int[32];
  private int[] counts = new int[32];
  private int size;

  /** An empty table of words that stand in these bytes. */
  WordTable(byte[] bytes) {
    this.bytes = bytes;
  }

  /** How many words there are. */
  int size() {
    return size;
  }

  /** Counts a word once more; returns its number, in the order of first occurrence. */
  int add(int start, int end) {
    int hash = hash(start, end);
    int slot = hash & (slots.length - 1);
    while (slots[slot] != 0) {
      int word = slots[slot] - 1;
      if (hashes[word] == hash && Arrays.equals(bytes, from[word], to[word], bytes, start, end)) {
        counts[word]++;
        return word;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = size + 1;
    from[size] = start;
    to[size] = end;
    hashes[size] = hash;
    counts[size] = 1;
    size++;
    if (size == from.length) {
      grow();
    }
    return size - 1;
  }

  /** Forgets how often words are there. */
  void clearCounts() {
    Arrays.fill(counts, 0, size, 0);
  }

  /** Counts words once more. */
  void count(int[] words) {
    for (int word : words) {
      counts[word]++;
    }
  }

  /** Whether words are shorter by their numbers than by their letters. */
  boolean pays(int[] words) {
    double numberBits = Math.log(size) / Math.log(2);
    double saved = 0;
    for (int word : words) {
      double letters = BITS_PER_LENGTH + BITS_PER_LETTER * (to[word] - from[word]);
      saved += letters - numberBits - letters / counts[word];
    }
    return saved > 0;
  }

  /** The words that are there, the most frequent first. */
  int[] byFrequency() {
    long[] order = new long[size];
    int used = 0;
    for (int word = 0; word < size; word++) {
      if (counts[word] > 0) {
        order[used++] = (long) -counts[word] << Integer.SIZE | word;
      }
    }
    Arrays.sort(order, 0, used);
    int[] words = new int[used];
    for (int i = 0; i < used; i++) {
      words[i] = (int) order[i];
    }
    return words;
  }

  /** Where a word is. */
  int from(int word) {
    return from[word];
  }

  int to(int word) {
    return to[word];
  }

  private int hash(int start, int end) {
    int hash = 1;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + bytes[i];
    }
    hash *= 0x9e3779b1;
    return hash ^ (hash >>> 15);
  }

  private void grow() {
    from = Arrays.copyOf(from, 2 * size);
    to = Arrays.copyOf(to, 2 * size);
    hashes = Arrays.copyOf(hashes, 2 * size);
    counts = Arrays.copyOf(counts, 2 * size);
    slots = new int[4 * size];
    for (int word = 0; word < size; word++) {
      int slot = hashes[word] & (slots.length - 1);
      while (slots[slot] != 0) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = word + 1;
    }
  }
}
