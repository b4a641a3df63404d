package io.channelindex.index.write;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A set of {@link io.channelindex.storage.IndexKeys#channelHash channels' hashes} to which a writer
 * adds one or two for each change, most of them for the tenth time: open addressing with linear
 * probing (Knuth, TAOCP 6.4, algorithm L), at most half full. The hashes are mixed already, so
 * their low bits are where they are looked for.
 *
 * <p>Not thread-safe.
 */
final class ChannelHashes {
  private static final int SMALLEST = 16;

  /** Zero stands for nothing; whether the set has it is told apart. */
  private long[] table = new long[SMALLEST];

  private boolean hasZero;
  private int others;

  /**
   * Adds one.
   *
   * @return whether it was not there
   */
  boolean add(long hash) {
    if (hash == 0) {
      boolean isNew = !hasZero;
      hasZero = true;
      return isNew;
    }
    int at = place(table, hash);
    if (table[at] == hash) {
      return false;
    }
    table[at] = hash;
    others++;
    if (2 * others > table.length) {
      grow();
    }
    return true;
  }

  /** Adds all of another set. */
  void addAll(ChannelHashes added) {
    if (added.hasZero) {
      hasZero = true;
    }
    for (long hash : added.table) {
      if (hash != 0) {
        add(hash);
      }
    }
  }

  int size() {
    return hasZero ? others + 1 : others;
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /** Removes all; the memory is kept for as many. */
  void clear() {
    if (others > 0) {
      Arrays.fill(table, 0);
    }
    others = 0;
    hasZero = false;
  }

  /** What it has, in no order. */
  List<Long> toList() {
    List<Long> hashes = new ArrayList<>(size());
    if (hasZero) {
      hashes.add(0L);
    }
    for (long hash : table) {
      if (hash != 0) {
        hashes.add(hash);
      }
    }
    return List.copyOf(hashes);
  }

  private void grow() {
    long[] larger = new long[2 * table.length];
    for (long hash : table) {
      if (hash != 0) {
        larger[place(larger, hash)] = hash;
      }
    }
    table = larger;
  }

  /** Where it is, or where it would be. */
  private static int place(long[] table, long hash) {
    int mask = table.length - 1;
    int at = (int) hash & mask;
    while (table[at] != 0 && table[at] != hash) {
      at = (at + 1) & mask;
    }
    return at;
  }
}
