package io.channelindex.storage.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Columns of words: each by the letters of its words, or by their numbers in a table that all
 * columns share ({@link WordTable}).
 *
 * <pre>
 *  +-----------+---------------------+-----------------+--------------------------------+
 *  | words of  | their lengths:      | per column:     | letters of the table's words,  |
 *  | the table | PackedNumbers       | 0 octet, lengths| then of the columns that have  |
 *  | varint    |                     | 1 octet, numbers| them: HuffmanCode              |
 *  +-----------+---------------------+-----------------+--------------------------------+
 * </pre>
 *
 * The table's most frequent words come first.
 *
 * <p>Confined to one thread.
 */
final class WordColumns {
  static final int BY_LETTERS = 0;
  static final int BY_NUMBERS = 1;

  private final byte[] bytes;
  private final WordTable table;
  private final List<int[]> columns = new ArrayList<>();

  /** Without a column yet; of words that stand in these bytes. */
  WordColumns(byte[] bytes) {
    this.bytes = bytes;
    this.table = new WordTable(bytes);
  }

  /** Adds a column of the words between the offsets. */
  void add(int[] from, int[] to, int count) {
    int[] words = new int[count];
    for (int i = 0; i < count; i++) {
      words[i] = table.add(from[i], to[i]);
    }
    columns.add(words);
  }

  /** Writes the columns. */
  void write(PayloadWriter payload) {
    boolean[] byNumbers = new boolean[columns.size()];
    for (int i = 0; i < byNumbers.length; i++) {
      byNumbers[i] = table.pays(columns.get(i));
    }
    table.clearCounts();
    for (int i = 0; i < byNumbers.length; i++) {
      if (byNumbers[i]) {
        table.count(columns.get(i));
      }
    }
    int[] words = table.byFrequency();
    PayloadWriter letters = PayloadWriter.ofPart(1024);
    payload.varint(words.length);
    writeLengths(payload, letters, words);
    int[] ranks = new int[table.size()];
    for (int rank = 0; rank < words.length; rank++) {
      ranks[words[rank]] = rank;
    }
    for (int i = 0; i < byNumbers.length; i++) {
      int[] column = columns.get(i);
      if (byNumbers[i]) {
        long[] numbers = new long[column.length];
        Arrays.setAll(numbers, at -> ranks[column[at]]);
        payload.octet(BY_NUMBERS);
        PackedNumbers.write(payload, numbers, numbers.length);
      } else {
        payload.octet(BY_LETTERS);
        writeLengths(payload, letters, column);
      }
    }
    HuffmanCode.write(payload, letters.array(), letters.size());
  }

  private void writeLengths(PayloadWriter payload, PayloadWriter letters, int[] words) {
    long[] lengths = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      int from = table.from(words[i]);
      int length = table.to(words[i]) - from;
      lengths[i] = length;
      letters.raw(bytes, from, length);
    }
    PackedNumbers.write(payload, lengths, lengths.length);
  }
}
