package io.channelindex.storage.format;

/**
 * Reads what {@link WordColumns} wrote; then any word in any order.
 *
 * <p>Confined to one thread.
 */
final class WordColumnReader {
  private final PayloadReader payload;
  // Where the words of the table begin in the letters, and where the last one ends; then the same
  // for each column by letters, empty for others.
  private final int[] table;
  private final int[][] offsets;
  // For columns by numbers; empty for others.
  private final long[][] numbers;
  private final byte[] letters;
  private long count;

  /**
   * Reads columns.
   *
   * @param sizes how many words each has
   */
  WordColumnReader(PayloadReader payload, int[] sizes) {
    this.payload = payload;
    table = readLengths(payload.varint("words", ColumnBlock.MAX_ENTRIES));
    offsets = new int[sizes.length][0];
    numbers = new long[sizes.length][0];
    for (int column = 0; column < sizes.length; column++) {
      if (payload.octet("form", WordColumns.BY_NUMBERS) == WordColumns.BY_NUMBERS) {
        numbers[column] = PackedNumbers.read(payload, sizes[column]);
      } else {
        offsets[column] = readLengths(sizes[column]);
      }
    }
    letters = HuffmanCode.read(payload, (int) count);
  }

  private int[] readLengths(int size) {
    long[] lengths = PackedNumbers.read(payload, size);
    int[] begins = new int[size + 1];
    begins[0] = (int) count;
    for (int i = 0; i < size; i++) {
      if (lengths[i] < 0 || lengths[i] > IdText.MAX_BYTES) {
        throw payload.corrupt("out of range: length=" + lengths[i]);
      }
      count += lengths[i];
      begins[i + 1] = (int) Math.min(count, Integer.MAX_VALUE);
    }
    if (count > Integer.MAX_VALUE) {
      throw payload.corrupt("too long: letters=" + count);
    }
    return begins;
  }

  /** Appends a word of a column. */
  void append(int column, int index, IdText id) {
    int[] begins = offsets[column];
    int word = index;
    if (numbers[column].length > 0) {
      long number = numbers[column][index];
      if (Long.compareUnsigned(number, table.length - 1) >= 0) {
        throw payload.corrupt("no such word: word=" + Long.toUnsignedString(number));
      }
      begins = table;
      word = (int) number;
    }
    id.append(letters, begins[word], begins[word + 1] - begins[word]);
  }
}
