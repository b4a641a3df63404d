package io.channelindex.embedded.engine;

import java.util.Arrays;

/**
 * The highest seqno of each collection in one vbucket. Not thread-safe: its vbucket's lock guards
 * it. A vbucket has few collections, so they are found by scanning; the default one is always
 * first.
 */
final class CollectionSeqnos {
  private int[] collections = {0};
  private long[] seqnos = {0};

  void advance(int collection, long seqno) {
    int index = indexOf(collection);
    if (index < 0) {
      index = collections.length;
      collections = Arrays.copyOf(collections, index + 1);
      seqnos = Arrays.copyOf(seqnos, index + 1);
      collections[index] = collection;
    }
    seqnos[index] = seqno;
  }

  /** 0 if the collection has no seqno here. */
  long of(int collection) {
    int index = indexOf(collection);
    return index < 0 ? 0 : seqnos[index];
  }

  void clear() {
    collections = new int[] {0};
    seqnos = new long[] {0};
  }

  private int indexOf(int collection) {
    for (int i = 0; i < collections.length; i++) {
      if (collections[i] == collection) {
        return i;
      }
    }
    return -1;
  }
}
