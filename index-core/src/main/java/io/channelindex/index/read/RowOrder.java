package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The order of rows by (vbucket, seqno, document id), found by sorting numbers.
 *
 * <pre>
 *  +-------------------+---------------------------+--------+
 *  | vbucket - lowest  | seqno - lowest, unsigned  | number |   as few bits as hold the highest
 *  +-------------------+---------------------------+--------+
 * </pre>
 *
 * <p>Rows of one seqno, which are rare, are put in order afterwards; so are all, as objects, where
 * these numbers do not fit 63 bits: a partition's seqnos would have to span more than 2^40 or so.
 *
 * <p>Used again and again, by one thread.
 */
final class RowOrder {
  private static final int MOST_BITS = 63;

  private long[] keys = new long[256];
  private long numberMask;
  private boolean sorted;

  /** Takes the first {@code size} entries, none of which is null. */
  void sort(@Nullable Entry[] entries, int size) {
    int lowVbucket = Integer.MAX_VALUE;
    int highVbucket = 0;
    long lowSeqno = -1;
    long highSeqno = 0;
    for (int i = 0; i < size; i++) {
      Entry entry = Objects.requireNonNull(entries[i]);
      long seqno = entry.seqno();
      lowVbucket = Math.min(lowVbucket, entry.vbucket());
      highVbucket = Math.max(highVbucket, entry.vbucket());
      lowSeqno = Long.compareUnsigned(seqno, lowSeqno) < 0 ? seqno : lowSeqno;
      highSeqno = Long.compareUnsigned(seqno, highSeqno) > 0 ? seqno : highSeqno;
    }
    int numberBits = bits(size);
    int seqnoBits = bits(highSeqno - lowSeqno);
    int vbucketBits = bits((long) highVbucket - lowVbucket);
    sorted = size > 0 && numberBits + seqnoBits + vbucketBits <= MOST_BITS;
    if (!sorted) {
      return;
    }
    numberMask = (1L << numberBits) - 1;
    if (keys.length < size) {
      keys = new long[Math.max(size, 2 * keys.length)];
    }
    for (int i = 0; i < size; i++) {
      Entry entry = Objects.requireNonNull(entries[i]);
      long vbucket = (long) entry.vbucket() - lowVbucket;
      keys[i] = (vbucket << seqnoBits | (entry.seqno() - lowSeqno)) << numberBits | i;
    }
    Arrays.sort(keys, 0, size);
  }

  private static int bits(long highest) {
    return Long.SIZE - Long.numberOfLeadingZeros(highest);
  }

  /** Which entry's row comes at a place, but for {@link #finish}. */
  int number(int place) {
    return sorted ? (int) (keys[place] & numberMask) : place;
  }

  /** Puts rows that came in the order of {@link #number} into their own. */
  void finish(FeedRow[] rows) {
    if (!sorted) {
      Arrays.sort(rows);
      return;
    }
    int begin = 0;
    for (int end = 1; end <= rows.length; end++) {
      if (end == rows.length || !rows[end].sharesSeqno(rows[begin])) {
        if (end - begin > 1) {
          Arrays.sort(rows, begin, end);
        }
        begin = end;
      }
    }
  }
}
