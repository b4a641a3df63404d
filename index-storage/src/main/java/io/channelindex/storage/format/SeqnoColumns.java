package io.channelindex.storage.format;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of seqnos, one column per vbucket of a partition, that mostly grow from row to row and in a
 * small channel are mostly 0.
 *
 * <pre>
 *  +----------------------------+-------------------------------------------------+
 *  | which are not 0: one bit   | per such column: signed difference to the last  |
 *  | each, lowest first, padded | row's that was not 0 there (0 before the first) |
 *  +----------------------------+-------------------------------------------------+
 * </pre>
 *
 * <p>An instance has read or written the rows so far of one document; confined to one thread.
 */
final class SeqnoColumns {
  /** The most columns. */
  static final int MAX = Partitions.MAX + 1;

  private final long[] last;

  SeqnoColumns(int columns) {
    last = new long[columns];
  }

  /** How many columns there are. */
  int width() {
    return last.length;
  }

  /** The size of a row of zeroes. */
  int leastBytes() {
    return (last.length + 7) / 8;
  }

  /** Writes a row of as many seqnos as there are columns. */
  void write(PayloadWriter payload, List<Long> row) {
    for (int column = 0; column < last.length; column += 8) {
      int bits = 0;
      for (int bit = 0; bit < 8 && column + bit < last.length; bit++) {
        bits |= row.get(column + bit) == 0 ? 0 : 1 << bit;
      }
      payload.octet(bits);
    }
    for (int column = 0; column < last.length; column++) {
      long seqno = row.get(column);
      if (seqno != 0) {
        payload.signed(seqno - last[column]);
        last[column] = seqno;
      }
    }
  }

  /** Reads the next row. */
  List<Long> read(PayloadReader payload) {
    int bits = payload.skip(leastBytes());
    List<Long> row = new ArrayList<>(last.length);
    for (int column = 0; column < last.length; column++) {
      boolean present = (payload.array()[bits + column / 8] & (1 << (column % 8))) != 0;
      row.add(present ? next(payload, column) : 0L);
    }
    if (last.length % 8 != 0
        && (payload.array()[bits + last.length / 8] & 0xff) >>> (last.length % 8) != 0) {
      throw payload.corrupt("more columns than vbuckets: columns=" + last.length);
    }
    return row;
  }

  private long next(PayloadReader payload, int column) {
    long seqno = last[column] + payload.signed();
    if (seqno == 0) {
      throw payload.corrupt("zero where a seqno was announced: column=" + column);
    }
    last[column] = seqno;
    return seqno;
  }
}
