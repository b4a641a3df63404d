package io.channelindex.index.read;

import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.ChannelHead.Summary;
import java.util.List;

/** What a directory, or a page of it, says of some blocks or pages. Immutable. */
final class Summaries implements Cached {
  /** Of no blocks. */
  static final Summaries NONE = new Summaries(0, 0);

  private static final int BYTES = 96;

  private final int width;
  private final int[] numbers;
  private final int[] entries;

  /** The rows of {@link Summary#highest}, one after the other. */
  private final long[] highest;

  private Summaries(int width, int size) {
    this.width = width;
    this.numbers = new int[size];
    this.entries = new int[size];
    this.highest = new long[size * width];
  }

  /**
   * Summaries as they were read.
   *
   * @param width how many vbuckets their partition has
   * @param where they stand, for messages
   */
  static Summaries of(List<Summary> summaries, int width, String where) {
    Summaries result = new Summaries(width, summaries.size());
    for (int i = 0; i < summaries.size(); i++) {
      Summary summary = summaries.get(i);
      if (summary.highest().size() != width) {
        throw new IndexStorageException(
            "directory of another division: key="
                + where
                + ", vbuckets="
                + summary.highest().size()
                + ", expected="
                + width);
      }
      result.numbers[i] = summary.number();
      result.entries[i] = summary.entries();
      for (int column = 0; column < width; column++) {
        result.highest[i * width + column] = summary.highest().get(column);
      }
    }
    return result;
  }

  int size() {
    return numbers.length;
  }

  int number(int i) {
    return numbers[i];
  }

  int entries(int i) {
    return entries[i];
  }

  /** Whether the block or page can hold what a slice wants. */
  boolean mayHold(int i, Slice slice) {
    return slice.mayHold(highest, i * width);
  }

  /** Whether all of a block was stable when a slice's view was taken. */
  boolean isStable(int i, Slice slice) {
    return slice.isStable(highest, i * width);
  }

  @Override
  public long bytes() {
    return BYTES + 2L * Integer.BYTES * numbers.length + (long) Long.BYTES * highest.length;
  }
}
